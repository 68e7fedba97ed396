/* SPDX-License-Identifier: Apache-2.0 */
#include "vm/init.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <termios.h>
#if defined(__x86_64__) || defined(__i386__)
#include <sys/io.h>
#endif

#define DEBUG_EXIT_PORT 0xf4 /* where vm/boot puts isa-debug-exit */

int port_open(const char *path, struct port *ret)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios t;

	if (fd < 0 || tcgetattr(fd, &t) < 0)
		return -errno;
	cfmakeraw(&t);
	t.c_cflag |= CLOCAL;
	cfsetspeed(&t, B115200);
	if (tcsetattr(fd, TCSANOW, &t) < 0)
		return -errno;
	*ret = (struct port){ .fd = TAKE_FD(fd) };
	return 0;
}

static void write_all(int fd, const char *s, size_t len)
{
	while (len) {
		ssize_t n = write(fd, s, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
}

void port_send(struct port *p, enum frame_kind kind, const char *name, const char *bytes,
	       size_t len)
{
	_cleanup_text_ struct text t = { 0 };

	frame_write(&t, kind, name, bytes, len);
	write_all(p->fd, t.s, t.len);
	p->frames++;
}

/* tcdrain() waits for the driver's buffer; the UART's own may still hold the last bytes. */
static void drain(int fd)
{
	unsigned int lsr = 0;
	int i;

	tcdrain(fd);
	for (i = 0; i < 1000 && ioctl(fd, TIOCSERGETLSR, &lsr) == 0 && !(lsr & TIOCSER_TEMT); i++)
		usleep(1000);
}

void port_exit(struct port *p, int ended)
{
	drain(p->fd);
#if defined(__x86_64__) || defined(__i386__)
	/* Debian's cloud kernels have no /dev/port. */
	if (ioperm(DEBUG_EXIT_PORT, 4, 1) == 0)
		outl((unsigned int)ended, DEBUG_EXIT_PORT);
#endif
	/* Without the device qemu ends with 0, which its driver takes for what it is: no success.
	 */
	reboot(RB_POWER_OFF);
	_exit(ended);
}
