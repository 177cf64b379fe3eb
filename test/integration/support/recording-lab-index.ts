import { RecordingLabService } from './recording-lab-service.ts';

/** In the place of the real lab service's factory, when the command line is built for tests. */
export const createLabService = (): Promise<RecordingLabService> => Promise.resolve(new RecordingLabService());
