/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Strict reading of JSON. cJSON cuts strings at \u0000, keeps duplicate keys and takes trailing
 * bytes; a runtime that lets any of these pass can be told one thing and shown another.
 */
#pragma once

#include <cjson/cJSON.h>

#include "reference/fault.h"

/* Reads a regular file of at most 16 MiB; the text ends in a NUL that @ret_size leaves out. */
int json_read_file(const char *path, char **ret, size_t *ret_size, struct fault *f);

/* Parses @size bytes; refuses NULs, escaped or not, duplicate keys and what follows the value. */
int json_parse(const char *text, size_t size, cJSON **ret, struct fault *f);

static inline void json_freep(cJSON **tree)
{
	cJSON_Delete(*tree);
}
#define _cleanup_json_ _cleanup_(json_freep)

/* Table-driven reading of an object ---------------------------------------------------------- */

struct reader {
	char path[256]; /* where we are: "linux.maskedPaths[3]" */
	struct fault *fault;
};

/* Length of the path before something was appended; give it to reader_leave(). */
size_t reader_enter(struct reader *r, const char *key);
size_t reader_enter_index(struct reader *r, int i);
void reader_leave(struct reader *r, size_t mark);
/* "config: PATH: what"; returns -EINVAL. */
int reader_refuse(struct reader *r, const char *what);

struct field {
	const char *name;
	/* Stores @item at @out; strings are borrowed from the tree. */
	int (*read)(struct reader *r, const cJSON *item, void *out);
	size_t offset; /* of @out in the object's struct */
	bool required;
};

/* Reads @item by @fields, ended by a row without name; an unknown key is refused by name. */
int read_object(struct reader *r, const cJSON *item, const struct field *fields, void *out);

struct strings {
	const char **v; /* owned; the strings are borrowed from the tree */
	size_t n;
};

int read_string(struct reader *r, const cJSON *item, void *out);	/* const char * */
int read_absolute(struct reader *r, const cJSON *item, void *out);	/* const char * */
int read_bool(struct reader *r, const cJSON *item, void *out);		/* bool */
int read_u32(struct reader *r, const cJSON *item, void *out);		/* uint32_t */
int read_i64(struct reader *r, const cJSON *item, void *out);		/* int64_t */
int read_strings(struct reader *r, const cJSON *item, void *out);	/* struct strings */
int read_absolute_list(struct reader *r, const cJSON *item, void *out); /* struct strings */
int read_ignored(struct reader *r, const cJSON *item, void *out);
/* For what maskref doesn't do: only null, an empty object, list or string pass. */
int read_empty(struct reader *r, const cJSON *item, void *out);

/* A list of objects as an array of @size bytes each; caller frees. */
int read_list(struct reader *r, const cJSON *item, const struct field *fields, size_t size,
	      void **ret, size_t *ret_n);
