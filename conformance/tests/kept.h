/* SPDX-License-Identifier: Apache-2.0 */
/* Edits that say nothing new: another kernel, a newer kit, another order. No verdict changes. */
#pragma once

#include "conformance/tests/edits.h"

static inline void shuffle(struct editor *e)
{
	size_t i;

	for (i = e->f.n_rows; i > 1; i--) {
		size_t j = any_of(e, i);
		struct row t = e->f.rows[i - 1];

		e->f.rows[i - 1] = e->f.rows[j];
		e->f.rows[j] = t;
	}
}

static inline void reverse(struct editor *e)
{
	size_t i;

	for (i = 0; i < e->f.n_rows / 2; i++) {
		struct row t = e->f.rows[i];

		e->f.rows[i] = e->f.rows[e->f.n_rows - 1 - i];
		e->f.rows[e->f.n_rows - 1 - i] = t;
	}
}

/* Beside each of the first rows, and of every kind of source, one of what a newer kit may say. */
static inline void add_like(struct editor *e, void (*change)(struct row *r))
{
	size_t i, n = e->f.n_rows;

	for (i = 0; i < n; i += 7) {
		struct row r = e->f.rows[i];

		change(&r);
		again(e, "add", &r);
	}
}

static inline void make_unknown_op(struct row *r)
{
	r->op = OP_UNKNOWN;
	r->value = text_const("new=1");
}

static inline void unknown_ops(struct editor *e)
{
	add_like(e, make_unknown_op);
}

static inline void make_unknown_phase(struct row *r)
{
	r->phase = text_const("of-a-newer-kit");
	r->result = text_const("EIO");
}

static inline void unknown_phases(struct editor *e)
{
	add_like(e, make_unknown_phase);
}

/* A second witness of the same. */
static inline void unknown_headers(struct editor *e)
{
	struct header *all = xcalloc(e->f.n_headers + 2, sizeof(*all));

	memcpy(all + 1, e->f.headers, e->f.n_headers * sizeof(*all));
	all[0] = (struct header){ text_const("of-a-newer-kit"), text_const("x") };
	all[e->f.n_headers + 1] = (struct header){ text_const("another"), text_const("") };
	e->f.headers = all;
	e->f.n_headers += 2;
}

/* Mount tables -------------------------------------------------------------------------------- */

/* The words of a line: id, parent, device, root, point, options; then all up to " - "; then type,
 * source and super options. */
struct mount_words {
	int id, parent, major, minor;
	const char *places; /* root, point, options */
	int places_len;
	const char *optional;
	int optional_len;
	const char *type, *source, *super;
};

static inline struct mount_words words_of(const char *line)
{
	struct mount_words w;
	const char *dash = strstr(line, " - ");
	int at = 0, i;

	ck_assert_ptr_nonnull(dash);
	ck_assert_int_eq(sscanf(line, "%d %d %d:%d %n", &w.id, &w.parent, &w.major, &w.minor, &at),
			 4);
	w.places = w.optional = line + at;
	for (i = 0; i < 3; i++)
		w.optional += strcspn(w.optional, " ") + (i < 2);
	w.places_len = (int)(w.optional - w.places);
	w.optional_len = (int)(dash - w.optional);
	w.type = dash + 3;
	w.source = w.type + strcspn(w.type, " ") + 1;
	w.super = w.source + strcspn(w.source, " ") + 1;
	return w;
}

static inline bool is_mount(const struct row *r)
{
	return r->op == OP_MOUNTINFO && streq(r->result, "ok");
}

static inline bool is_mounted_root(const struct mount_words *w)
{
	return strncmp(w->places + strcspn(w->places, " "), " / ", 3) == 0;
}

enum otherwise { IDS, DEVICES, OPTIONAL, SUPER, OVERLAY, BTRFS, XFS };

static inline char *line_otherwise(const struct mount_words *w, enum otherwise how)
{
	bool root = is_mounted_root(w) && how >= OVERLAY;
	const char *as = how == OVERLAY ? "overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w"
			 : how == BTRFS ? "btrfs /dev/mapper/root rw,space_cache=v2,subvol=/@"
					: "xfs /dev/nvme0n1p2 rw,attr2,inode64,noquota";
	int ids = how == IDS ? 70000 : 0, devices = how == DEVICES ? 3000 : 0;

	return xasprintf("%d %d %d:%d %.*s%.*s%s - %s%s", w->id + ids, w->parent + ids, w->major,
			 w->minor + devices, w->places_len, w->places, w->optional_len, w->optional,
			 how == OPTIONAL ? " master:77 propagate_from:7 future:1" : "",
			 root ? as : w->type, how == SUPER ? ",huge=never,inode64" : "");
}

static inline void all_mounts(struct editor *e, enum otherwise how)
{
	size_t i;

	for (i = 0; i < e->f.n_rows; i++) {
		struct row *r = &e->f.rows[i];
		struct mount_words w;

		if (!is_mount(r))
			continue;
		w = words_of(r->value);
		r->value = pooled(e, line_otherwise(&w, how));
	}
}

#define ALL_MOUNTS(name, how)                                                                      \
	static inline void name(struct editor *e)                                                  \
	{                                                                                          \
		all_mounts(e, how);                                                                \
	}
ALL_MOUNTS(other_ids, IDS)
ALL_MOUNTS(other_devices, DEVICES)
ALL_MOUNTS(other_optional, OPTIONAL)
ALL_MOUNTS(other_super, SUPER)
ALL_MOUNTS(overlay_root, OVERLAY)
ALL_MOUNTS(btrfs_root, BTRFS)
ALL_MOUNTS(xfs_root, XFS)

/* In every table, on the host before and after and in each container. */
static inline void more_mounts(struct editor *e)
{
	size_t i, n = e->f.n_rows;

	for (i = 0; i < n; i++) {
		struct row r = e->f.rows[i];

		if (r.op != OP_MOUNTINFO || !streq(r.result, "end"))
			continue;
		e->f.rows[i].value =
			pooled(e, xasprintf("lines=%lld", row_number(&r, "lines") + 2));
		r.result = text_const("ok");
		r.value = text_const(
			"60001 1 8:33 / /srv/data rw,relatime shared:61 - ext4 /dev/sdc1 "
			"rw,errors=remount-ro");
		again(e, "mount", &r);
		r.value = text_const(
			"60002 1 0:6002 / /sys/firmware/efi/efivars rw,nosuid - efivarfs "
			"efivarfs rw");
		again(e, "mount", &r);
	}
}

static const struct kept_edit {
	const char *name;
	void (*apply)(struct editor *e);
	bool headers; /* are its own */
} kept_edits[] = {
	{ "rows-shuffled", shuffle, false },
	{ "rows-reversed", reverse, false },
	{ "operations-unknown", unknown_ops, false },
	{ "phases-unknown", unknown_phases, false },
	{ "headers-unknown", unknown_headers, true },
	{ "mounts-other-ids", other_ids, false },
	{ "mounts-other-devices", other_devices, false },
	{ "mounts-optional-fields", other_optional, false },
	{ "mounts-super-options", other_super, false },
	{ "mounts-root-overlay", overlay_root, false },
	{ "mounts-root-btrfs", btrfs_root, false },
	{ "mounts-root-xfs", xfs_root, false },
	{ "mounts-more", more_mounts, false },
};
