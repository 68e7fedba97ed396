/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include "reference/json.h"

#define JSON_MAX (16 << 20)

static int read_all(int fd, char *buf, size_t size, size_t *ret)
{
	size_t n = 0;

	while (n < size) {
		ssize_t got = read(fd, buf + n, size - n);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			break;
		if (got > 0)
			n += (size_t)got;
	}
	*ret = n;
	return 0;
}

int json_read_file(const char *path, char **ret, size_t *ret_size, struct fault *f)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t n = 0;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return fault_path(f, errno, "read", path);
	if (!S_ISREG(st.st_mode) || st.st_size > JSON_MAX)
		return fault_path(f, EFBIG, "not a regular file of at most 16 MiB", path);
	text = malloc((size_t)st.st_size + 1);
	if (!text)
		return fault_path(f, ENOMEM, "read", path);
	r = read_all(fd, text, (size_t)st.st_size, &n);
	if (r < 0)
		return fault_path(f, -r, "read", path);
	text[n] = '\0';
	*ret = TAKE_PTR(text);
	*ret_size = n;
	return 0;
}

/* A NUL byte anywhere, or its escape in a string. */
static bool has_nul(const char *text, size_t size)
{
	if (memchr(text, '\0', size))
		return true;
	for (const char *p = text; (p = strchr(p, '\\')); p += 2) {
		if (p[1] == '\0')
			return false;
		if (strncmp(p, "\\u0000", 6) == 0)
			return true;
	}
	return false;
}

static const cJSON *duplicate_key(const cJSON *item)
{
	for (const cJSON *c = item->child; c; c = c->next) {
		const cJSON *found = duplicate_key(c);

		if (found)
			return found;
		if (cJSON_IsObject(item) && cJSON_GetObjectItemCaseSensitive(item, c->string) != c)
			return c;
	}
	return NULL;
}

int json_parse(const char *text, size_t size, cJSON **ret, struct fault *f)
{
	_cleanup_json_ cJSON *tree = NULL;
	const char *end = NULL;
	const cJSON *twice;

	if (has_nul(text, size))
		return fault_set(f, EINVAL, "a NUL character");
	tree = cJSON_ParseWithLengthOpts(text, size, &end, false);
	if (!tree)
		return fault_set(f, EINVAL, "not JSON at byte %td", end ? end - text : 0);
	if (end + strspn(end, " \t\r\n") != text + size)
		return fault_set(f, EINVAL, "bytes behind the JSON value at byte %td", end - text);
	twice = duplicate_key(tree);
	if (twice)
		return fault_set(f, EINVAL, "duplicate key '%s'", twice->string);
	*ret = TAKE_PTR(tree);
	return 0;
}

size_t reader_enter(struct reader *r, const char *key)
{
	size_t mark = strlen(r->path);

	snprintf(r->path + mark, sizeof(r->path) - mark, "%s%s", mark ? "." : "", key);
	return mark;
}

size_t reader_enter_index(struct reader *r, int i)
{
	size_t mark = strlen(r->path);

	snprintf(r->path + mark, sizeof(r->path) - mark, "[%d]", i);
	return mark;
}

void reader_leave(struct reader *r, size_t mark)
{
	r->path[mark] = '\0';
}

int reader_refuse(struct reader *r, const char *what)
{
	return fault_set(r->fault, EINVAL, "%s: %s", r->path, what);
}

static const struct field *find_field(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (streq(fields->name, name))
			return fields;
	return NULL;
}

static int read_member(struct reader *r, const cJSON *item, const struct field *fields, void *out)
{
	const struct field *field = find_field(fields, item->string);
	size_t mark = reader_enter(r, item->string);
	int ret = 0;

	if (!field)
		ret = reader_refuse(r, "unknown field");
	else if (!cJSON_IsNull(item))
		ret = field->read(r, item, (char *)out + field->offset);
	if (ret == 0)
		reader_leave(r, mark);
	return ret;
}

int read_object(struct reader *r, const cJSON *item, const struct field *fields, void *out)
{
	if (!cJSON_IsObject(item))
		return reader_refuse(r, "not an object");
	for (const cJSON *c = item->child; c; c = c->next) {
		int ret = read_member(r, c, fields, out);

		if (ret < 0)
			return ret;
	}
	for (const struct field *f = fields; f->name; f++) {
		const cJSON *c = cJSON_GetObjectItemCaseSensitive(item, f->name);

		if (f->required && (!c || cJSON_IsNull(c))) {
			reader_enter(r, f->name);
			return reader_refuse(r, "missing");
		}
	}
	return 0;
}

int read_string(struct reader *r, const cJSON *item, void *out)
{
	if (!cJSON_IsString(item))
		return reader_refuse(r, "not a string");
	*(const char **)out = item->valuestring;
	return 0;
}

int read_absolute(struct reader *r, const cJSON *item, void *out)
{
	int ret = read_string(r, item, out);

	if (ret < 0)
		return ret;
	return *item->valuestring == '/' ? 0 : reader_refuse(r, "not an absolute path");
}

int read_bool(struct reader *r, const cJSON *item, void *out)
{
	if (!cJSON_IsBool(item))
		return reader_refuse(r, "not a boolean");
	*(bool *)out = cJSON_IsTrue(item);
	return 0;
}

/* cJSON's numbers are doubles, exact up to 2^53; nothing that maskref reads is larger. */
int read_i64(struct reader *r, const cJSON *item, void *out)
{
	double d = item->valuedouble;

	if (!cJSON_IsNumber(item) || d < -9007199254740992.0 || d > 9007199254740992.0)
		return reader_refuse(r, "not an integer");
	*(int64_t *)out = (int64_t)d;
	/* Comparing as text of integers: a fraction is lost by the conversion. */
	if (d - (double)(int64_t)d < 0 || d - (double)(int64_t)d > 0)
		return reader_refuse(r, "not an integer");
	return 0;
}

int read_u32(struct reader *r, const cJSON *item, void *out)
{
	int64_t value;
	int ret = read_i64(r, item, &value);

	if (ret < 0)
		return ret;
	if (value < 0 || value > UINT32_MAX)
		return reader_refuse(r, "out of range");
	*(uint32_t *)out = (uint32_t)value;
	return 0;
}

static int read_string_list(struct reader *r, const cJSON *item, struct strings *out,
			    int (*read)(struct reader *, const cJSON *, void *))
{
	int i = 0;

	if (!cJSON_IsArray(item))
		return reader_refuse(r, "not a list");
	out->v = calloc((size_t)cJSON_GetArraySize(item) + 1, sizeof(*out->v));
	if (!out->v)
		return reader_refuse(r, "out of memory");
	for (const cJSON *c = item->child; c; c = c->next) {
		size_t mark = reader_enter_index(r, i++);
		int ret = read(r, c, &out->v[out->n]);

		if (ret < 0)
			return ret;
		out->n++;
		reader_leave(r, mark);
	}
	return 0;
}

int read_strings(struct reader *r, const cJSON *item, void *out)
{
	return read_string_list(r, item, out, read_string);
}

int read_absolute_list(struct reader *r, const cJSON *item, void *out)
{
	return read_string_list(r, item, out, read_absolute);
}

int read_ignored(_unused_ struct reader *r, _unused_ const cJSON *item, _unused_ void *out)
{
	return 0;
}

int read_empty(struct reader *r, const cJSON *item, _unused_ void *out)
{
	if (cJSON_IsString(item) && *item->valuestring == '\0')
		return 0;
	if ((cJSON_IsObject(item) || cJSON_IsArray(item)) && !item->child)
		return 0;
	return reader_refuse(r, "not supported");
}

int read_list(struct reader *r, const cJSON *item, const struct field *fields, size_t size,
	      void **ret, size_t *ret_n)
{
	char *array;
	int i = 0;

	if (!cJSON_IsArray(item))
		return reader_refuse(r, "not a list");
	array = calloc((size_t)cJSON_GetArraySize(item) + 1, size);
	if (!array)
		return reader_refuse(r, "out of memory");
	/* Handed over at once: what was read before an error is then freed with the whole. */
	*ret = array;
	*ret_n = (size_t)cJSON_GetArraySize(item);
	for (const cJSON *c = item->child; c; c = c->next) {
		size_t mark = reader_enter_index(r, i);
		int err = read_object(r, c, fields, array + (size_t)i++ * size);

		if (err < 0)
			return err;
		reader_leave(r, mark);
	}
	return 0;
}
