/* SPDX-License-Identifier: Apache-2.0 */
/* Bad facts of containers at once; a part of spoil.h. */
#pragma once

/* The word @key of one look says @value. */
static inline void resay(struct facts *f, struct row look, const char *key, const char *value)
{
	_cleanup_free_ char *word = xasprintf(" %s=", key);
	size_t i, n = 0;

	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];
		const char *at = is_like(r, &look) ? strstr(r->value, word) : NULL;

		if (!at)
			continue;
		at += strlen(word);
		r->value = keep(xasprintf("%.*s%s%s", (int)(at - r->value), r->value, value,
					  at + strcspn(at, " ")));
		n++;
	}
	ck_assert_msg(n == 1, "%zu looks of %s at %s say %s", n, look.source, look.path, key);
}

/* The actor's @word becomes @with. */
static inline void say_act(struct facts *f, const char *source, const char *phase,
			   const char *path, const char *word, const char *with)
{
	const struct row want = row_like(source, phase, OP_ACT, path);
	size_t i, n = 0;

	for (i = 0; i < f->n_rows; i++) {
		struct row *r = &f->rows[i];
		const char *at = is_like(r, &want) ? strstr(r->value, word) : NULL;

		if (!at)
			continue;
		r->value = keep(xasprintf("%.*s%s%s", (int)(at - r->value), r->value, with,
					  at + strlen(word)));
		n++;
	}
	ck_assert_msg(n == 1, "%zu acts of %s at %s say %s", n, source, path, word);
}

#define LOOK_OF(name, phase, path) row_like(name, phase, OP_FEEL, path)
#define HOST_LOOK                                                                                  \
	"object=9:9 mode=0666 owner=0:0 mtime=1.0 xattrs=0 bytes=0 flock=free fcntl=free events=0"

/* The host has something at /t/f of container a, which nobody has touched yet. */
static inline void bind_from_host(struct facts *f)
{
	static const char *const phases[] = { "round-0", "round-1", "round-2", "round-3" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(phases); i++)
		set(f, LOOK_OF("driver:a", phases[i], "/t/f"), "ok", HOST_LOOK);
}

#define ISOLATION_EDITS                                                                            \
	EDIT(iso_planted, "iso-pair", iso_plant, PASS, FAIL,                                       \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/n"), "names", "1"))                        \
	EDIT(iso_planted_back, "iso-pair", iso_plant, PASS, FAIL,                                  \
	     resay(f, LOOK_OF("probe:a", "round-3", "/t/m"), "names", "1"))                        \
	EDIT(iso_plant_dull, "iso-pair", iso_plant, PASS, BROKEN,                                  \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared"), "names", "1"))                   \
	EDIT(iso_plant_idle, "iso-pair", iso_plant, PASS, BROKEN,                                  \
	     set(f, PROBE("a", "round-1", OP_ACT, "/t/m"), "EACCES", ""))                          \
	EDIT(iso_own_seen, "iso-pair", iso_plant, PASS, BROKEN,                                    \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/own"), "names", "1"))                      \
	EDIT(iso_answered, "iso-pair", iso_socket, PASS, FAIL,                                     \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/m"), "sockets", "1"))                      \
	EDIT(iso_answered_dull, "iso-pair", iso_socket, PASS, BROKEN,                              \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared"), "sockets", "0"))                 \
	EDIT(iso_chmod, "iso-pair", iso_metadata, PASS, FAIL,                                      \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/f"), "mode", "0667"))                      \
	EDIT(iso_xattr, "iso-pair", iso_metadata, PASS, FAIL,                                      \
	     resay(f, LOOK_OF("probe:a", "round-3", "/t/m"), "xattrs", "1"))                       \
	EDIT(iso_xattr_dull, "iso-pair", iso_metadata, PASS, BROKEN,                               \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared/f"), "xattrs", "0"))                \
	EDIT(iso_read, "iso-pair", iso_content, PASS, FAIL,                                        \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/f"), "bytes", "1"))                        \
	EDIT(iso_read_dull, "iso-pair", iso_content, PASS, BROKEN,                                 \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared/f"), "bytes", "0"))                 \
	EDIT(iso_locked, "iso-pair", iso_lock, PASS, FAIL,                                         \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/m"), "flock", "held"))                     \
	EDIT(iso_locked_fcntl, "iso-pair", iso_lock, PASS, FAIL,                                   \
	     resay(f, LOOK_OF("probe:a", "round-3", "/t/f"), "fcntl", "held"))                     \
	EDIT(iso_locked_dull, "iso-pair", iso_lock, PASS, BROKEN,                                  \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared"), "fcntl", "free"))                \
	EDIT(iso_locked_unfelt, "iso-pair", iso_lock, PASS, BROKEN,                                \
	     resay(f, LOOK_OF("probe:a", "round-1", "/t/m"), "flock", "free"))                     \
	EDIT(iso_watched, "iso-pair", iso_watch, PASS, FAIL,                                       \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/m"), "events", "2"))                       \
	EDIT(iso_watched_dull, "iso-pair", iso_watch, PASS, BROKEN,                                \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared"), "events", "0"))                  \
	EDIT(iso_host_bound, "iso-pair", iso_host, PASS, PASS, bind_from_host(f))                  \
	EDIT(iso_host_chmod, "iso-pair", iso_host, PASS, FAIL, bind_from_host(f);                  \
	     resay(f, LOOK_OF("driver:a", "round-3", "/t/f"), "mode", "0667"))                     \
	EDIT(iso_host_read, "iso-pair", iso_host, PASS, FAIL, bind_from_host(f);                   \
	     resay(f, LOOK_OF("driver:a", "round-1", "/t/f"), "bytes", "1"))                       \
	EDIT(iso_host_came, "iso-pair", iso_host, PASS, BROKEN,                                    \
	     set(f, LOOK_OF("driver:a", "round-1", "/t/f"), "ok", HOST_LOOK))                      \
	EDIT(iso_host_dull, "iso-pair", iso_host, PASS, BROKEN,                                    \
	     set(f, LOOK_OF("driver:a", "round-0", "/t/shared"), "private", "");                   \
	     set(f, LOOK_OF("driver:b", "round-0", "/t/shared"), "private", ""))                   \
	EDIT(iso_host_locked, "iso-pair", iso_host_lock, PASS, FAIL, bind_from_host(f);            \
	     resay(f, LOOK_OF("driver:a", "round-1", "/t/f"), "flock", "held"))                    \
	EDIT(iso_host_watched, "iso-pair", iso_host_watch, PASS, FAIL, bind_from_host(f);          \
	     resay(f, LOOK_OF("driver:a", "round-3", "/t/f"), "events", "3"))                      \
	EDIT(iso_kept, "iso-later", iso_later, PASS, FAIL,                                         \
	     resay(f, LOOK_OF("probe:b", "round-0", "/t/m"), "names", "5"))                        \
	EDIT(iso_kept_mode, "iso-later", iso_later, PASS, FAIL,                                    \
	     resay(f, LOOK_OF("probe:b", "round-0", "/t/f"), "mode", "0667"))                      \
	EDIT(iso_kept_dull, "iso-later", iso_later, PASS, BROKEN,                                  \
	     resay(f, LOOK_OF("probe:b", "round-0", "/t/shared"), "names", "1"))                   \
	EDIT(iso_kept_idle, "iso-later", iso_later, PASS, BROKEN,                                  \
	     set(f, PROBE("a", "round-1", OP_ACT, "/t/m"), "ok", ""))                              \
	EDIT(iso_admin_chmod, "iso-admin", iso_admin, PASS, FAIL,                                  \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/m"), "mode", "0700"))                      \
	EDIT(iso_admin_host, "iso-admin", iso_admin, PASS, FAIL, bind_from_host(f);                \
	     resay(f, LOOK_OF("driver:a", "round-1", "/t/f"), "owner", "1:1"))                     \
	EDIT(iso_admin_dull, "iso-admin", iso_admin, PASS, BROKEN,                                 \
	     resay(f, LOOK_OF("probe:b", "round-1", "/t/shared"), "names", "1"))                   \
	EDIT(iso_admin_none, "iso-admin", iso_admin, PASS, BROKEN,                                 \
	     say_act(f, "probe:a", "round-1", "/t/shared", "remount=ok", "remount=EPERM"))         \
	EDIT(iso_locked_lost, "iso-pair", iso_lock, PASS, BROKEN,                                  \
	     say_act(f, "probe:a", "round-1", "/t/m", " flock=ok", ""))                            \
	EDIT(iso_locked_untried, "iso-pair", iso_lock, PASS, BROKEN,                               \
	     say_act(f, "probe:a", "round-1", "/t/m", "flock=ok", "flock=EMFILE"))                 \
	EDIT(iso_locked_failed, "iso-pair", iso_lock, PASS, BROKEN,                                \
	     say_act(f, "probe:b", "round-3", "/t/f", "fcntl=ok", "fcntl=EIO"))                    \
	EDIT(iso_locked_refused, "iso-pair", iso_lock, PASS, PASS,                                 \
	     say_act(f, "probe:a", "round-1", "/t/m", "flock=ok", "flock=EACCES");                 \
	     resay(f, LOOK_OF("probe:a", "round-1", "/t/m"), "flock", "free"))                     \
	EDIT(iso_locked_by_twin, "iso-pair", iso_lock, PASS, PASS,                                 \
	     say_act(f, "probe:a", "round-1", "/t/n", "flock=ok", "flock=EAGAIN"))                 \
	EDIT(iso_locked_by_nobody, "iso-pair", iso_lock, PASS, BROKEN,                             \
	     say_act(f, "probe:a", "round-1", "/t/n", "flock=ok", "flock=EAGAIN");                 \
	     resay(f, LOOK_OF("probe:a", "round-1", "/t/n"), "flock", "free"))                     \
	EDIT(iso_watched_untried, "iso-pair", iso_watch, PASS, BROKEN,                             \
	     say_act(f, "probe:a", "round-1", "/t/m", "fcntl=ok", "fcntl=ENFILE"))                 \
	EDIT(iso_watched_failed, "iso-pair", iso_watch, PASS, BROKEN,                              \
	     say_act(f, "probe:a", "round-1", "/t/m", "fcntl=ok", "fcntl=EIO"))                    \
	EDIT(iso_host_lock_felt, "iso-pair", iso_host_lock, PASS, PASS, bind_from_host(f))         \
	EDIT(iso_host_lock_untried, "iso-pair", iso_host_lock, PASS, BROKEN, bind_from_host(f);    \
	     say_act(f, "probe:a", "round-1", "/t/f", "flock=ok", "flock=EMFILE"))                 \
	EDIT(iso_host_lock_failed, "iso-pair", iso_host_lock, PASS, BROKEN, bind_from_host(f);     \
	     say_act(f, "probe:b", "round-3", "/t/f", "fcntl=ok", "fcntl=ENOLCK"))                 \
	EDIT(iso_host_watch_felt, "iso-pair", iso_host_watch, PASS, PASS, bind_from_host(f))       \
	EDIT(iso_host_watch_failed, "iso-pair", iso_host_watch, PASS, BROKEN, bind_from_host(f);   \
	     say_act(f, "probe:a", "round-1", "/t/f", "fcntl=ok", "fcntl=EIO"))                    \
	EDIT(iso_plant_untried, "iso-pair", iso_plant, PASS, BROKEN,                               \
	     say_act(f, "probe:a", "round-1", "/t/m", "create=EROFS", "create=EMFILE"))            \
	EDIT(iso_plant_untold, "iso-pair", iso_plant, PASS, BROKEN,                                \
	     say_act(f, "probe:a", "round-1", "/t/m", "create=EROFS ", ""))                        \
	EDIT(iso_write_untried, "iso-pair", iso_content, PASS, BROKEN,                             \
	     say_act(f, "probe:a", "round-1", "/t/f", "write=ok", "write=EMFILE"))
