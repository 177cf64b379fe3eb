export { createLabService } from './service.ts';
