import { config } from 'zod';

// The content security policy forbids building functions from text, which zod would otherwise try for every schema that is
// made after this line. So this file must be imported before the contract.
config({ jitless: true });
