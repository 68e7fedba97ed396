/* SPDX-License-Identifier: Apache-2.0 */
/* One container of a case under way: its bundle (bundle.c) and its life (subject.c). */
#pragma once

#include "conformance/observe.h"

#define STATE_ROOT SCRATCH "/state"

struct subject {
	struct observation *o;
	const struct container *k;
	char *id, *dir;
	int rootfs;
	int ready, go; /* FIFOs, read-write so that no open blocks */
	pid_t pid;     /* of the container's init, 0 while unknown */
	bool created, started;
	bool tampered; /* the probe is not ours: what it said is nobody's evidence */
};

#define FACT(s, phase, op, path, result, ...)                                                      \
	fact((s)->o, (s)->k->name, phase, AS_DRIVER, op, path, result, __VA_ARGS__)

/* Makes rootfs, io folder and config.json; opens rootfs and the FIFOs. Negative errno. */
int bundle_make(struct subject *s);
/* Whether the probe in the bundle is still the one that was put there, byte by byte. */
bool bundle_probe_intact(const struct subject *s);
/* Every @token in *@s, which is owned, becomes @by. */
void replace_all(char **s, const char *token, const char *by);
