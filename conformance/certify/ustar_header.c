/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/certify/ustar_header.h"

bool ustar_split(const char *name, size_t *ret)
{
	struct ustar_header h;
	size_t n = strlen(name);
	size_t i = n > sizeof(h.prefix) ? sizeof(h.prefix) : n;

	if (n <= sizeof(h.name)) {
		*ret = 0;
		return true;
	}
	while (i > 0 && name[i] != '/')
		i--;
	if (i == 0 || n - i - 1 > sizeof(h.name))
		return false;
	*ret = i;
	return true;
}

/* @n bytes: digits, and a NUL. */
static void put_octal(char *field, size_t n, uint64_t value)
{
	field[--n] = '\0';
	while (n > 0) {
		field[--n] = (char)('0' + value % 8);
		value /= 8;
	}
}

void ustar_sum(struct ustar_header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned int sum = 0;
	size_t i;

	memset(h->checksum, ' ', sizeof(h->checksum));
	for (i = 0; i < sizeof(*h); i++)
		sum += p[i];
	put_octal(h->checksum, sizeof(h->checksum) - 1, sum);
}

void ustar_header(struct ustar_header *h, const char *name, uint64_t size)
{
	size_t prefix = 0;

	memset(h, 0, sizeof(*h));
	ustar_split(name, &prefix);
	memcpy(h->prefix, name, prefix);
	name += prefix ? prefix + 1 : 0;
	memcpy(h->name, name, strlen(name));
	put_octal(h->mode, sizeof(h->mode), 0644);
	put_octal(h->uid, sizeof(h->uid), 0);
	put_octal(h->gid, sizeof(h->gid), 0);
	put_octal(h->size, sizeof(h->size), size);
	put_octal(h->mtime, sizeof(h->mtime), 0);
	h->type = '0';
	memcpy(h->magic, "ustar", sizeof(h->magic));
	memcpy(h->version, "00", sizeof(h->version));
	put_octal(h->major, sizeof(h->major), 0);
	put_octal(h->minor, sizeof(h->minor), 0);
	ustar_sum(h);
}

static const struct {
	size_t offset;
	const char *name;
} fields[] = {
	{ offsetof(struct ustar_header, name), "name" },
	{ offsetof(struct ustar_header, mode), "mode" },
	{ offsetof(struct ustar_header, uid), "owner's number" },
	{ offsetof(struct ustar_header, gid), "group's number" },
	{ offsetof(struct ustar_header, size), "size" },
	{ offsetof(struct ustar_header, mtime), "time" },
	{ offsetof(struct ustar_header, checksum), "checksum" },
	{ offsetof(struct ustar_header, type), "type" },
	{ offsetof(struct ustar_header, link), "link's target" },
	{ offsetof(struct ustar_header, magic), "magic" },
	{ offsetof(struct ustar_header, version), "version" },
	{ offsetof(struct ustar_header, uname), "owner's name" },
	{ offsetof(struct ustar_header, gname), "group's name" },
	{ offsetof(struct ustar_header, major), "device's number" },
	{ offsetof(struct ustar_header, prefix), "prefix" },
	{ offsetof(struct ustar_header, rest), "filling" },
};

const char *ustar_field(size_t at)
{
	size_t i = ARRAY_SIZE(fields);

	while (fields[--i].offset > at)
		;
	return fields[i].name;
}
