import type { CampaignResult } from '../../test/fuzz/campaign.ts';

export function bundleCampaigns(): Promise<string>;
export function runCampaign(
  bundle: string,
  options: { name: string; seed: number; steps: number; seconds: number },
): Promise<CampaignResult>;

export interface WantedSteps {
  readonly steps: number;
  readonly isShort: boolean;
}
export function succeeded(result: CampaignResult, wanted: WantedSteps): boolean;
export function describeCampaign(result: CampaignResult, wanted: WantedSteps): string;
