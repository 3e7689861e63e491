/*
 * Lets an older user-mode Linux run on a processor with more register state than it knows.
 *
 * That kernel keeps a fixed number of bytes of extended state (x87, SSE, AVX ...) for each task. PTRACE_SETREGSET of
 * NT_X86_XSTATE (ptrace(2)) with fewer bytes than the processor has is refused with EFAULT, and the kernel dies of
 * it. Here the rest is read from the stopped task first and put behind what the kernel gave: no component is lost.
 *
 * Preloaded (LD_PRELOAD) into the kernel alone. Its one thread is the only caller.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

typedef long (*ptrace_call)(enum __ptrace_request, pid_t, void *, void *);

static unsigned char whole[64 * 1024]; /* AMX, the largest today, makes it 11 kB; the kernel's own stacks hold 16 kB */

long ptrace(enum __ptrace_request request, ...)
{
	static ptrace_call real;
	struct iovec *given, full = {whole, sizeof whole};
	va_list rest;
	pid_t pid;
	void *address, *data;

	va_start(rest, request);
	pid = va_arg(rest, pid_t);
	address = va_arg(rest, void *);
	data = va_arg(rest, void *);
	va_end(rest);
	if (!real)
		real = (ptrace_call)dlsym(RTLD_NEXT, "ptrace");
	if (request == PTRACE_SETREGSET && (unsigned long)address == NT_X86_XSTATE) {
		given = data;
		if (real(PTRACE_GETREGSET, pid, address, &full) == 0 && full.iov_len > given->iov_len) {
			memcpy(whole, given->iov_base, given->iov_len);
			return real(request, pid, address, &full);
		}
	}
	return real(request, pid, address, data);
}
