import koffi from 'koffi';
import { constants } from 'node:os';

/**
 * The C library calls that Node does not offer: raw and packet sockets, memory maps, real-time scheduling. Numbers of
 * constants are those of x86-64 and arm64 Linux. A failed call throws SystemError; calls that a caller polls with
 * (MSG_DONTWAIT) return -1 for "nothing there" instead, as their documentation says.
 */

const errorNames = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** `EPERM`, … for an errno value; `E1234` where Node knows no name. */
export function errnoName(errno: number): string {
  return errorNames.get(errno) ?? `E${String(errno)}`;
}

/** A C library call that returned -1. `code` is the symbolic errno, `call` the function. */
export class SystemError extends Error {
  override readonly name = 'SystemError';
  readonly call: string;
  readonly errno: number;
  readonly code: string;

  constructor(call: string, errno: number, detail = '') {
    super(`${call}${detail === '' ? '' : ` (${detail})`} failed with ${errnoName(errno)}`);
    this.call = call;
    this.errno = errno;
    this.code = errnoName(errno);
  }
}

type Bytes = Uint8Array;
type Pointer = Bytes | Int32Array | Uint32Array | number | null;
type Native = (...parameters: (Pointer | number)[]) => number;

const loaded = new Map<string, Native>();
let library: ReturnType<typeof koffi.load> | undefined;

/** Functions are looked up at first use, so that a command line that needs none of them starts without loading any. */
function native(definition: string): Native {
  let found = loaded.get(definition);
  if (found === undefined) {
    // null = the process itself: whatever C library Node was linked with, glibc or musl.
    library ??= koffi.load(null);
    found = library.func(definition);
    loaded.set(definition, found);
  }
  return found;
}

function checked(call: string, result: number, detail = ''): number {
  if (result === -1) throw new SystemError(call, koffi.errno(), detail);
  return result;
}

/** EAGAIN and EINTR mean "not now" to a caller that polls; anything else is an error. */
function polled(call: string, result: number): number {
  if (result !== -1) return result;
  const errno = koffi.errno();
  if (errno === constants.errno.EAGAIN || errno === constants.errno.EINTR) return -1;
  throw new SystemError(call, errno);
}

/** The value of errno after the last call of this thread. */
export function lastErrno(): number {
  return koffi.errno();
}

export function socket(domain: number, type: number, protocol: number): number {
  const result = native('int socket(int domain, int type, int protocol)')(domain, type, protocol);
  return checked('socket', result, `domain ${String(domain)}, type ${String(type)}, protocol ${String(protocol)}`);
}

export function bind(fd: number, address: Bytes): void {
  checked('bind', native('int bind(int fd, const void *address, uint32_t size)')(fd, address, address.length));
}

export function connect(fd: number, address: Bytes): void {
  checked('connect', native('int connect(int fd, const void *address, uint32_t size)')(fd, address, address.length));
}

/** Fills `address` with the socket's own address and returns the size that the kernel gave. */
export function getsockname(fd: number, address: Bytes): number {
  const size = Uint32Array.of(address.length);
  const call = native('int getsockname(int fd, void *address, uint32_t *size)');
  checked('getsockname', call(fd, address, size));
  return size[0] ?? 0;
}

/** A number is passed as a C int. */
export function setsockopt(fd: number, level: number, option: number, value: Bytes | number): void {
  const bytes = typeof value === 'number' ? new Uint8Array(Int32Array.of(value).buffer) : value;
  const call = native('int setsockopt(int fd, int level, int option, const void *value, uint32_t size)');
  checked(
    'setsockopt',
    call(fd, level, option, bytes, bytes.length),
    `level ${String(level)}, option ${String(option)}`,
  );
}

/** The option's value, at most `size` bytes. */
export function getsockopt(fd: number, level: number, option: number, size: number): Uint8Array {
  const value = new Uint8Array(size);
  const length = Uint32Array.of(size);
  const call = native('int getsockopt(int fd, int level, int option, void *value, uint32_t *size)');
  checked('getsockopt', call(fd, level, option, value, length), `level ${String(level)}, option ${String(option)}`);
  return value.subarray(0, length[0]);
}

/** Bytes received, 0 at end of stream, -1 when nothing is there (EAGAIN) or a signal came (EINTR). */
export function recv(fd: number, buffer: Bytes, flags: number): number {
  const call = native('intptr_t recv(int fd, void *buffer, size_t size, int flags)');
  return polled('recv', call(fd, buffer, buffer.length, flags));
}

/** As `recv`; the sender's socket address is written to `address`. */
export function recvfrom(fd: number, buffer: Bytes, flags: number, address: Bytes): number {
  const call = native(
    'intptr_t recvfrom(int fd, void *buffer, size_t size, int flags, void *address, uint32_t *length)',
  );
  return polled('recvfrom', call(fd, buffer, buffer.length, flags, address, Uint32Array.of(address.length)));
}

/** Bytes sent, -1 when the socket's buffer is full. */
export function send(fd: number, data: Bytes, flags: number): number {
  return polled(
    'send',
    native('intptr_t send(int fd, const void *data, size_t size, int flags)')(fd, data, data.length, flags),
  );
}

/** Bytes sent, -1 when the socket's buffer is full. `address` is a struct sockaddr_*. */
export function sendto(fd: number, data: Bytes, flags: number, address: Bytes): number {
  const call = native(
    'intptr_t sendto(int fd, const void *data, size_t size, int flags, const void *to, uint32_t length)',
  );
  return polled('sendto', call(fd, data, data.length, flags, address, address.length));
}

/** `message` is the address of a struct msghdr. Bytes sent, -1 when the socket's buffer is full. */
export function sendmsg(fd: number, message: Bytes | number, flags: number): number {
  return polled('sendmsg', native('intptr_t sendmsg(int fd, const void *message, int flags)')(fd, message, flags));
}

/** `message` is the address of a struct msghdr. Bytes received, -1 when nothing is there. */
export function recvmsg(fd: number, message: Bytes | number, flags: number): number {
  return polled('recvmsg', native('intptr_t recvmsg(int fd, void *message, int flags)')(fd, message, flags));
}

/**
 * Sends `count` messages of the mmsghdr array at `address`. Returns how many were taken, or the negated errno when not
 * even the first was: on the packet path an error is a counter, not an exception.
 */
export function sendmmsg(fd: number, address: number, count: number, flags: number): number {
  const call = native('int sendmmsg(int fd, uintptr_t messages, uint32_t count, int flags)');
  const result = call(fd, address, count, flags);
  return result === -1 ? -koffi.errno() : result;
}

/** One struct pollfd is two 32-bit words: fd, then events | revents << 16. Returns ready descriptors; 0 also on EINTR. */
export function poll(descriptors: Int32Array, timeoutMs: number): number {
  const call = native('int poll(void *descriptors, unsigned long count, int timeout)');
  return Math.max(polled('poll', call(descriptors, descriptors.length >> 1, timeoutMs)), 0);
}

/** Maps memory and returns its address. `fd` -1 with MAP_ANONYMOUS for plain memory. */
export function mmap(length: number, protection: number, flags: number, fd: number): number {
  const call = native('uintptr_t mmap(uintptr_t at, size_t length, int protection, int flags, int fd, int64_t offset)');
  const address: number | bigint = (call as (...parameters: number[]) => number | bigint)(
    0,
    length,
    protection,
    flags,
    fd,
    0,
  );
  // MAP_FAILED is all ones: 2^64 - 1, which a double holds as 2^64. A view on it would end the process.
  if (Number(address) >= 2 ** 63) throw new SystemError('mmap', koffi.errno(), `${String(length)} bytes`);
  return Number(address);
}

const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;

/** Memory of our own that addresses can be given of; to be given back with munmap. */
export function anonymousMemory(length: number): { readonly address: number; readonly memory: ArrayBuffer } {
  const address = mmap(length, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1);
  return { address, memory: memoryView(address, length) };
}

export function munmap(address: number, length: number): void {
  checked('munmap', native('int munmap(uintptr_t address, size_t length)')(address, length));
}

/** The mapped memory itself, without a copy. Touching it after munmap ends the process. */
export function memoryView(address: number, length: number): ArrayBuffer {
  return koffi.view(BigInt(address), length);
}

export function close(fd: number): void {
  checked('close', native('int close(int fd)')(fd));
}

/** `argument` is a structure that the request reads and writes. */
export function ioctl(fd: number, request: number, argument: Bytes): number {
  return checked('ioctl', native('int ioctl(int fd, unsigned long request, void *argument)')(fd, request, argument));
}

/** A counter that wakes a poll: write it from one thread, poll it in another. Closed by `close`. */
export function eventfd(initial: number, flags: number): number {
  return checked('eventfd', native('int eventfd(unsigned int initial, int flags)')(initial, flags));
}

/** Bytes read, -1 when nothing is there. */
export function read(fd: number, buffer: Bytes): number {
  return polled('read', native('intptr_t read(int fd, void *buffer, size_t size)')(fd, buffer, buffer.length));
}

/** Bytes written, -1 when there is no room. */
export function write(fd: number, data: Bytes): number {
  return polled('write', native('intptr_t write(int fd, const void *data, size_t size)')(fd, data, data.length));
}

/** Lets other threads that wait for this processor go first. */
export function schedYield(): void {
  checked('sched_yield', native('int sched_yield()')(), 'the calling thread');
}

/** Policy and priority of the calling thread (pid 0) or of a thread id. */
export function schedSetscheduler(pid: number, policy: number, priority: number): void {
  const call = native('int sched_setscheduler(int pid, int policy, const void *parameter)');
  checked('sched_setscheduler', call(pid, policy, Int32Array.of(priority)), `policy ${String(policy)}`);
}

/** Makes a named pipe; one that is there already is fine. */
export function mkfifo(path: string, mode: number): void {
  const terminated = new TextEncoder().encode(`${path}\0`);
  const result = native('int mkfifo(const void *path, uint32_t mode)')(terminated, mode);
  if (result === -1 && koffi.errno() !== constants.errno.EEXIST) throw new SystemError('mkfifo', koffi.errno(), path);
}

/** Index of a network interface; undefined when there is none of that name. */
export function ifNametoindex(name: string): number | undefined {
  const terminated = new TextEncoder().encode(`${name}\0`);
  const index = native('unsigned int if_nametoindex(const void *name)')(terminated);
  return index === 0 ? undefined : index;
}

/** As `poll`, with a time-out in fractions of a millisecond; Infinity waits for ever. */
export function ppoll(descriptors: Int32Array, timeoutMs: number): number {
  const call = native('int ppoll(void *descriptors, unsigned long count, const void *timeout, const void *mask)');
  const count = descriptors.length >> 1;
  if (timeoutMs === Infinity) return Math.max(polled('ppoll', call(descriptors, count, null, null)), 0);
  const timeout = new Uint8Array(16);
  const view = new DataView(timeout.buffer);
  const nanoseconds = Math.max(0, Math.ceil(timeoutMs * 1e6));
  view.setBigInt64(0, BigInt(Math.floor(nanoseconds / 1e9)), true);
  view.setBigInt64(8, BigInt(nanoseconds % 1e9), true);
  return Math.max(polled('ppoll', call(descriptors, count, timeout, null)), 0);
}

/** Milliseconds of CLOCK_REALTIME since the Unix epoch, with microseconds: Date.now() stops at whole ones. */
export function realtimeMs(): number {
  const time = new Uint8Array(16);
  checked('clock_gettime', native('int clock_gettime(int clock, void *time)')(0, time));
  const view = new DataView(time.buffer);
  return Number(view.getBigInt64(0, true)) * 1000 + Math.round(Number(view.getBigInt64(8, true)) / 1000) / 1000;
}

/** System call numbers of bpf(2), which no C library wraps. */
const BPF_CALLS: Partial<Record<string, number>> = { x64: 321, arm64: 280 };

function rawBpf(command: number, attributes: Bytes): number {
  const number = BPF_CALLS[process.arch];
  if (number === undefined) throw new SystemError('bpf', constants.errno.ENOSYS, process.arch);
  const call = native('long syscall(long number, int command, void *attributes, unsigned int size)');
  return call(number, command, attributes, attributes.length);
}

/** bpf(2); `detail` tells the error what it was for. */
export function bpf(command: number, attributes: Bytes, detail: string): number {
  return checked('bpf', rawBpf(command, attributes), detail);
}

/** bpf(2) where failure is an answer: -1. */
export function tryBpf(command: number, attributes: Bytes): number {
  return rawBpf(command, attributes);
}
