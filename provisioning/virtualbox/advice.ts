export interface Advice {
  readonly cause?: string;
  readonly hint?: string;
}

/**
 * Errors of VirtualBox's that a user meets, whether we or Vagrant called it. Codes where there are some, because sentences may be
 * translated (include/iprt/err.mac, include/VBox/err.mac and the result codes of the Main API).
 */
const advice: readonly (readonly [pattern: RegExp, advice: Advice])[] = [
  [
    /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE|VERR_SVM_HOST_SVME_NOT_ENABLED/,
    {
      cause: 'Another hypervisor, mostly KVM, has the processor’s virtualization.',
      hint: 'Stop its machines; on Linux then: sudo modprobe -r kvm_intel kvm_amd. "relevo doctor" says more.',
    },
  ],
  [
    /VERR_(?:VMX|SVM)_|VERR_NEM_|VT-x|AMD-V/,
    {
      cause: 'The processor’s virtualization is switched off or in use by another program.',
      hint: 'Run "relevo doctor": it says which, and what to do.',
    },
  ],
  [
    /VERR_VM_DRIVER_|VERR_SUPDRV_|VERR_SUPLIB_|rc=-1908|vboxdrv|vboxnetctl|kernel modules? (?:is|are) not loaded/i,
    {
      cause: 'VirtualBox’s kernel module is not loaded, or is of another version.',
      hint: 'On Linux: sudo /sbin/vboxconfig. Elsewhere install VirtualBox anew, and restart. "relevo doctor" looks again.',
    },
  ],
  [
    /VBOX_E_INVALID_OBJECT_STATE[\s\S]*DeleteSnapshot|child snapshots?\b/,
    {
      cause: 'VirtualBox keeps snapshots as a tree, and deletes none that others depend on.',
      hint: 'Delete the snapshots that were taken after it first.',
    },
  ],
  [
    /GuruMeditation/,
    {
      cause: 'The machine stopped with an error within VirtualBox (guru meditation).',
      hint: 'Cut its power and start it again: relevo kill NODE, relevo start NODE.',
    },
  ],
  [
    /VBOX_E_INVALID_OBJECT_STATE/,
    {
      cause: 'Another program works on this machine: VirtualBox’s own window, or another command.',
      hint: 'Close the machine’s settings in VirtualBox’s window, wait a moment, and try again.',
    },
  ],
  [
    /VBOX_E_INVALID_VM_STATE|is not currently running/,
    {
      cause: 'The machine is in another state than Relevo last saw: somebody switched it by hand.',
      hint: 'Look with "relevo status", and try again.',
    },
  ],
  [
    /VBOX_E_OBJECT_NOT_FOUND/,
    {
      cause: 'VirtualBox knows no such machine or snapshot: it was removed by hand.',
      hint: 'Look with "relevo status"; "relevo down" clears away what is left of the lab.',
    },
  ],
  [
    /VERR_NO_MEMORY|VERR_NO_LOW_MEMORY|E_OUTOFMEMORY/,
    { cause: 'There is not enough free memory.', hint: 'Close other programs or machines, and try again.' },
  ],
  [/VERR_DISK_FULL/, { cause: 'The disk is full.', hint: 'Make room, or delete snapshots, and try again.' }],
];

/** What to do about an error in which VirtualBox had its say; undefined when it is none that is known. */
export function virtualBoxAdvice(said: string): Advice | undefined {
  return advice.find(([pattern]) => pattern.test(said))?.[1];
}

/** The first sentence of VBoxManage's own in what it, or Vagrant, printed: the first line of most is progress or politeness. */
export function virtualBoxSentence(said: string): string | undefined {
  const [, sentence] = /VBoxManage(?:\.exe)?: error: (?!Details:|Context:)(\S.*)/.exec(said) ?? [];
  return sentence?.trim();
}
