import type { CampaignResult } from '../../test/fuzz/campaign.ts';

export function bundleCampaigns(): Promise<string>;
export function runCampaign(
  bundle: string,
  options: { name: string; seed: number; steps: number; seconds: number },
): Promise<CampaignResult>;
