/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init: process 1 of a virtual machine that runs cases. Static, alone in its initramfs but for
 * what it is to run; needs no module, no shell and nothing of the host.
 *
 *   init.c         what is done in which order; runs the commands, sends what comes of them
 *   init_root.c    a tmpfs as root, because runtimes can't pivot_root on the first one
 *   init_cgroup.c  the layout of cgroups that the kernel's command line wants
 *   init_port.c    the serial port that results leave by, and the way out of the machine
 */
#pragma once

#include "vm/frame.h"

#define MASKSPEC_DIR "/maskspec"

/* How the machine ends: qemu exits with twice this and one more, so never with 0, which is what
 * a panic and power-off end in, too. */
enum { ENDED_WELL = 21, ENDED_EARLY = 22 };
#define QEMU_STATUS(ended) ((ended)*2 + 1)

/* 0, or a negative errno with the path in *@ret_what; that is static or part of what was read. */
int root_copy(const char **ret_what);
int root_mounts(const char **ret_what);
/* @layout: v1, v2 or hybrid. What a kernel lacks is left out; *@ret_missing says what (owned). */
int cgroup_mounts(const char *layout, char **ret_missing);

struct port {
	int fd;
	unsigned long frames;
};
/* Raw, or what is sent would be edited on its way. */
int port_open(const char *path, struct port *ret);
void port_send(struct port *p, enum frame_kind kind, const char *name, const char *bytes,
	       size_t len);
/* After the last byte has left: ends the machine. Does not return. */
void port_exit(struct port *p, int ended) __attribute__((noreturn));
