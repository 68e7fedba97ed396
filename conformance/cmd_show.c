/* SPDX-License-Identifier: Apache-2.0 */
/* maskspec show: a case as a person wants to see it, and as a bundle to run by hand. */
#include "conformance/maskspec.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/stat.h>

static void print_tree(const struct test_case *c)
{
	size_t i;

	puts("rootfs:");
	for (i = 0; i < c->n_tree && i < 60; i++)
		printf("  %-6s %04o %s%s%s\n", tree_kind_names[c->tree[i].kind], c->tree[i].mode,
		       c->tree[i].path, c->tree[i].kind == TREE_LINK ? " -> " : "",
		       c->tree[i].kind == TREE_LINK ? c->tree[i].arg : "");
	if (i < c->n_tree)
		printf("  … and %zu more\n", c->n_tree - i);
}

static void print_container(const struct container *k)
{
	cJSON *json = cJSON_Parse(k->config);
	_cleanup_free_ char *pretty = json ? cJSON_Print(json) : NULL;
	size_t i;

	printf("\ncontainer %s: %s%s%s\n", k->name, expect_names[k->expect],
	       *k->topics ? ", about " : "", k->topics);
	for (i = 0; i < k->n_masks && i < 40; i++)
		printf("  %-18s %s\n", k->masks[i].class, k->masks[i].path);
	if (i < k->n_masks)
		printf("  … and %zu more\n", k->n_masks - i);
	for (i = 0; i < k->n_steps; i++)
		printf("  step %-13s %s\n", step_kind_names[k->steps[i].kind], k->steps[i].name);
	printf("  %zu observations\nconfig.json:\n%s\n", k->n_todo, pretty ? pretty : k->config);
	cJSON_Delete(json);
}

static void add_quoted(struct text *t, const char *before, const char *s)
{
	text_addf(t, " '%s", before);
	for (; *s; s++)
		text_add_n(t, *s == '\'' ? "'\\''" : s, *s == '\'' ? 4 : 1);
	text_add(t, "'");
}

static void add_path(struct text *t, const char *command, const struct tree_entry *e)
{
	text_add(t, command);
	add_quoted(t, "rootfs", e->path);
}

static void add_node(struct text *t, const struct tree_entry *e)
{
	const char *colon = strchr(e->arg, ':');

	switch (e->kind) {
	case TREE_DIR:
		add_path(t, "mkdir -p", e);
		break;
	case TREE_FILE:
		text_add(t, "printf %s");
		add_quoted(t, "", e->arg);
		add_path(t, " >", e);
		break;
	case TREE_LINK:
		text_add(t, "ln -s");
		add_quoted(t, "", e->arg);
		add_path(t, "", e);
		break;
	case TREE_HARD:
		text_add(t, "ln");
		add_quoted(t, "rootfs", e->arg);
		add_path(t, "", e);
		break;
	case TREE_CHAR:
		add_path(t, "mknod", e);
		text_addf(t, " c %.*s %s", (int)(colon ? colon - e->arg : 0), e->arg,
			  colon ? colon + 1 : "");
		break;
	case TREE_FIFO:
		add_path(t, "mkfifo", e);
		break;
	case TREE_SOCKET:
		add_path(t,
			 "python3 -c 'import socket, sys; "
			 "socket.socket(socket.AF_UNIX).bind(sys.argv[1])'",
			 e);
		break;
	case TREE_METACOPY:
		add_path(t,
			 "python3 -c 'import os, sys; open(sys.argv[1], \"w\"); "
			 "os.setxattr(sys.argv[1], \"trusted.overlay.metacopy\", b\"\")'",
			 e);
		break;
	case TREE_KINDS:
	default:
		break;
	}
}

/* The tree as commands: a bundle by hand needs mknod, owners and modes, and so root, as these. */
static void write_script(const struct test_case *c, struct text *t)
{
	size_t i;

	text_add(t, "#!/bin/sh\n# Makes rootfs/ of this bundle; run it here, as root.\nset -eu\n");
	for (i = 0; i < c->n_tree; i++) {
		const struct tree_entry *e = &c->tree[i];

		text_add(t, "mkdir -p \"$(dirname");
		add_quoted(t, "rootfs", e->path);
		text_add(t, ")\"\n");
		add_node(t, e);
		text_add(t, "\n");
		if (e->kind == TREE_LINK)
			continue;
		text_addf(t, "chown %u:%u", e->uid, e->gid);
		add_path(t, "", e);
		text_addf(t, "\nchmod %04o", e->mode);
		add_path(t, "", e);
		text_add(t, "\n");
	}
}

/* 0, or the exit status after a message. */
static int write_container(const struct test_case *c, const struct container *k, const char *dir)
{
	_cleanup_free_ char *bundle = xasprintf("%s/%s", dir, k->name);
	_cleanup_free_ char *script = xasprintf("%s/make-rootfs.sh", bundle);
	_cleanup_free_ char *config = xasprintf("%s/config.json", bundle);
	_cleanup_text_ struct text t = { 0 };
	int r;

	if ((mkdir(dir, 0755) < 0 && errno != EEXIST) || mkdir(bundle, 0755) < 0)
		return complain(EXIT_USAGE, "%s: %s; name a folder that has no %s yet", bundle,
				errno_name(errno), k->name);
	write_script(c, &t);
	r = write_file_at(AT_FDCWD, script, t.s, t.len);
	if (r == 0)
		r = write_file_at(AT_FDCWD, config, k->config, strlen(k->config));
	if (r < 0 || chmod(script, 0755) < 0)
		return complain(EXIT_USAGE, "%s: %s", bundle, errno_name(r));
	return 0;
}

const char show_by_hand[] =
	"run make-rootfs.sh there, then replace in config.json:\n"
	"  @ID@ by a name, @ROOTFS@ by the path of rootfs, @IO@ by a folder,\n"
	"  @MNTNS@ by the path of a mount namespace, @sysfs:N@ by directories of /sys,\n"
	"  process.args by your program\n";

int show_write(const struct test_case *c, const char *dir)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < c->n_containers; i++)
		r = write_container(c, &c->containers[i], dir);
	return r;
}

static int write_and_say(const struct test_case *c, const char *dir)
{
	size_t i;
	int r = show_write(c, dir);

	for (i = 0; r == 0 && i < c->n_containers; i++)
		printf("%s/%s: %s", dir, c->containers[i].name, show_by_hand);
	return r;
}

static int show(const struct test_case *c, const char *write_to)
{
	size_t i;

	if (write_to)
		return write_and_say(c, write_to);
	printf("%s: %s\nprofile %s%s%s\n\n", c->bundle, c->title, c->profile,
	       c->trace	  ? ", alone on the host, traced"
	       : c->alone ? ", alone on the host"
			  : "",
	       c->at_once ? ", containers at once" : "");
	print_tree(c);
	for (i = 0; i < c->n_containers; i++)
		print_container(&c->containers[i]);
	return 0;
}

int cmd_show(int argc, char **argv)
{
	_cleanup_free_ char *fixtures = fixtures_dir(NULL);
	_cleanup_case_list_ struct case_list l = { 0 };
	const char *write_to = argc == 4 && streq(argv[2], "--write") ? argv[3] : NULL;
	size_t i;

	if (argc != 2 && !write_to)
		return complain(EXIT_USAGE,
				"show: BUNDLE [--write DIR]; `maskspec list cases` shows them");
	if (!load_cases(fixtures, &l))
		return EXIT_USAGE;
	for (i = 0; i < l.n; i++)
		if (streq(l.cases[i].bundle, argv[1]))
			return show(&l.cases[i], write_to);
	return complain(EXIT_USAGE, "show: no bundle \"%s\"; `maskspec list cases` shows them",
			argv[1]);
}
