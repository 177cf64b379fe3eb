import koffi from 'koffi';
import { constants, endianness } from 'node:os';

/**
 * The calls on the proxy's way: memory is named by its address, so that no view of it is made for a call. All of them answer what
 * the C library does; what went wrong is `lastError`. Constants are those of Linux.
 */
const library = koffi.load(null);
const func = (definition: string): ((...parameters: (number | Uint8Array | null)[]) => number) =>
  library.func(definition);

export const recv = func('intptr_t recv(int fd, uintptr_t buffer, size_t size, int flags)');
export const send = func('intptr_t send(int fd, uintptr_t buffer, size_t size, int flags)');
export const close = func('int close(int fd)');
export const shutdown = func('int shutdown(int fd, int how)');
export const socket = func('int socket(int domain, int type, int protocol)');
export const connect = func('int connect(int fd, const void *address, uint32_t size)');
export const bind = func('int bind(int fd, const void *address, uint32_t size)');
export const listen = func('int listen(int fd, int backlog)');
export const accept4 = func('int accept4(int fd, void *address, void *size, int flags)');
export const setsockopt = func('int setsockopt(int fd, int level, int option, const void *value, uint32_t size)');
export const getsockopt = func('int getsockopt(int fd, int level, int option, void *value, void *size)');
export const getsockname = func('int getsockname(int fd, void *address, void *size)');
export const getpeername = func('int getpeername(int fd, void *address, void *size)');
export const epollCreate = func('int epoll_create1(int flags)');
export const epollControl = func('int epoll_ctl(int epfd, int op, int fd, void *event)');

const epollWaitCall = library.func('int epoll_wait(int epfd, uintptr_t events, int maximum, int timeout)');
/** `timeoutMs` -1: for ever. */
export const epollWait: (epoll: number, events: number, maximum: number, timeoutMs: number) => number = epollWaitCall;
/** On a thread of its own, so that this one's event loop goes on. */
export function epollWaitAside(
  [epoll, events, maximum, timeoutMs]: readonly [number, number, number, number],
  done: (ready: number) => void,
): void {
  epollWaitCall.async(epoll, events, maximum, timeoutMs, (_error: unknown, ready: number) => done(ready));
}

/** errno of the last call that answered -1. */
export function lastError(): number {
  return koffi.errno();
}

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

export function errorName(errno: number): string {
  return names.get(errno) ?? `E${errno}`;
}

export const { EAGAIN, EINTR, EINPROGRESS } = constants.errno;
export const SOCK_STREAM = 1;
export const SOCK_NONBLOCK_CLOEXEC = 0o2004000;
export const MSG_DONTWAIT_NOSIGNAL = 0x4040;
export const SHUT_WR = 1;
export const EPOLL_CTL_ADD = 1;
export const EPOLLIN = 0x1;
export const EPOLLOUT = 0x4;
export const EPOLLERR = 0x8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
export const EPOLLET = 0x8000_0000;
export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_ERROR = 4;
export const SO_LINGER = 13;
export const SO_REUSEPORT = 15;
export const IPPROTO_TCP = 6;
export const TCP_NODELAY = 1;

/** struct epoll_event: events, then 64 bits of our own; packed on x86-64 only (sys/epoll.h). */
export const EVENT_SIZE = process.arch === 'x64' ? 12 : 16;
export const EVENT_DATA = process.arch === 'x64' ? 4 : 8;

if (endianness() !== 'LE') throw new Error('The proxy’s sockets are written for little-endian machines.');
