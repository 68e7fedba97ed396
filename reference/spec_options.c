/* SPDX-License-Identifier: Apache-2.0 */
/* Pure: the words of `mounts[].options`. Source: runtime-spec config.md "Linux mount options". */
#include <sys/mount.h>

#include "reference/spec_config.h"

static const struct {
	const char *word;
	unsigned long set, clear, propagation;
} words[] = {
	{ "async", 0, MS_SYNCHRONOUS, 0 },
	{ "atime", 0, MS_NOATIME, 0 },
	{ "bind", MS_BIND, 0, 0 },
	{ "defaults", 0, 0, 0 },
	{ "dev", 0, MS_NODEV, 0 },
	{ "diratime", 0, MS_NODIRATIME, 0 },
	{ "dirsync", MS_DIRSYNC, 0, 0 },
	{ "exec", 0, MS_NOEXEC, 0 },
	{ "noatime", MS_NOATIME, 0, 0 },
	{ "nodev", MS_NODEV, 0, 0 },
	{ "nodiratime", MS_NODIRATIME, 0, 0 },
	{ "noexec", MS_NOEXEC, 0, 0 },
	{ "norelatime", 0, MS_RELATIME, 0 },
	{ "nostrictatime", 0, MS_STRICTATIME, 0 },
	{ "nosuid", MS_NOSUID, 0, 0 },
	{ "private", 0, 0, MS_PRIVATE },
	{ "rbind", MS_BIND | MS_REC, 0, 0 },
	{ "relatime", MS_RELATIME, 0, 0 },
	{ "ro", MS_RDONLY, 0, 0 },
	{ "rprivate", 0, 0, MS_PRIVATE | MS_REC },
	{ "rshared", 0, 0, MS_SHARED | MS_REC },
	{ "rslave", 0, 0, MS_SLAVE | MS_REC },
	{ "runbindable", 0, 0, MS_UNBINDABLE | MS_REC },
	{ "rw", 0, MS_RDONLY, 0 },
	{ "shared", 0, 0, MS_SHARED },
	{ "slave", 0, 0, MS_SLAVE },
	{ "strictatime", MS_STRICTATIME, 0, 0 },
	{ "suid", 0, MS_NOSUID, 0 },
	{ "sync", MS_SYNCHRONOUS, 0, 0 },
	{ "unbindable", 0, 0, MS_UNBINDABLE },
};

static int find_word(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (streq(words[i].word, word))
			return (int)i;
	return -ENOENT;
}

int spec_propagation(const char *word, unsigned long *ret)
{
	int i = find_word(word);

	if (i < 0 || !words[i].propagation)
		return -EINVAL;
	*ret = words[i].propagation;
	return 0;
}

static int append_data(struct spec_mount *m, const char *option)
{
	char *data = NULL;

	if (asprintf(&data, "%s%s%s", m->data ? m->data : "", m->data ? "," : "", option) < 0)
		return -ENOMEM;
	free(m->data);
	m->data = data;
	return 0;
}

static int mount_option(struct reader *r, struct spec_mount *m, const char *option)
{
	int i = find_word(option);

	if (i < 0)
		return append_data(m, option) < 0 ? reader_refuse(r, "out of memory") : 0;
	m->set = (m->set & ~words[i].clear) | words[i].set;
	m->clear = (m->clear & ~words[i].set) | words[i].clear;
	if (!words[i].propagation)
		return 0;
	if (m->n_propagation == ARRAY_SIZE(m->propagation))
		return reader_refuse(r, "too many propagation options");
	m->propagation[m->n_propagation++] = words[i].propagation;
	return 0;
}

int spec_mount_options(struct reader *r, struct spec_mount *m)
{
	for (size_t i = 0; i < m->options.n; i++) {
		int ret = mount_option(r, m, m->options.v[i]);

		if (ret < 0)
			return ret;
	}
	m->bind = (m->set & MS_BIND) || (m->type && streq(m->type, "bind"));
	m->recursive = m->set & MS_REC;
	m->set &= ~(unsigned long)(MS_BIND | MS_REC);
	if (m->bind && m->data)
		return reader_refuse(r, "an option that bind mounts do not have");
	return 0;
}
