/* SPDX-License-Identifier: Apache-2.0 */
/* One container of a case under way: its bundle (bundle.c), its life (subject.c), and what is seen
 * of it from outside (views.c). */
#pragma once

#include "conformance/observe.h"

#define STATE_ROOT SCRATCH "/state"

struct subject {
	struct observation *o;
	const struct container *k;
	char *id, *dir, *state_root;
	int rootfs;
	int ready, go; /* FIFOs, read-write so that no open blocks */
	pid_t holder;  /* of a mount namespace to be joined; 0 for none */
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

/* rounds.c: what the @n containers of a case, all running, do to each other. */
void run_rounds(struct subject *s, size_t n);

/* subject.c: `runtime FLAGS --root STATE COMMAND WORDS…`, with its facts; true when it answered 0.
 */
bool runtime(struct subject *s, const char *phase, struct command_result *r,
	     const char *const *words);
/* The fact whether an optional command, which answered @ok and @r, is there. */
void offered(struct subject *s, const char *phase, const char *what, bool ok,
	     const struct command_result *r);

/* holder.c: makes a mount namespace like the host's that lives until let_go_mounts(), as that of
 * s->holder. Without @room it is a slave of it, else @room more mounts fit in it. Negative errno. */
int hold_mounts(struct subject *s, unsigned int room);
void let_go_mounts(struct subject *s);

/* drive.c: the steps of a container: how create is called; create, which is killed at some point,
 * and delete --force; those of a container that runs. */
void drive_create(struct subject *s, struct command_result *r);
void drive_killed(struct subject *s, const struct step *step);
void drive_running(struct subject *s);

/* views.c: each writes facts. */
void view_container_mounts(struct subject *s, const char *phase);
void view_host_mounts(struct subject *s, const char *phase);
void view_device_modes(struct subject *s, const char *phase);
void view_digests(struct subject *s, const char *phase);
void view_leftovers(struct subject *s, const char *phase);
/* Whether the host can write where the container can't. */
void view_host_writes(struct subject *s);
/* Everything again when the container is gone, once leftovers had time to go. */
void view_after(struct subject *s);
