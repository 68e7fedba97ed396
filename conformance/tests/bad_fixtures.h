/* SPDX-License-Identifier: Apache-2.0 */
/* Fixtures that are none, and what must be said of them. */
#pragma once

/* The beginning of a fixture in x.json; of one with a container; and the end of that. */
#define X "{\"schema\":\"maskspec-fixture/1\",\"name\":\"x\","
#define K X "\"containers\":[{"
#define E "}]}"

static const struct {
	const char *name, *json, *error;
} bad_rows[] = {
	{ "bad-json", X, "not JSON at byte" },
	{ "bad-trailing-bytes", X "\"containers\":[{}]} x", "not JSON at byte" },
	{ "bad-schema", "{\"name\":\"x\",\"containers\":[{}]}", "schema: not maskspec-fixture/1" },
	{ "bad-name", "{\"schema\":\"maskspec-fixture/1\",\"name\":\"y\",\"containers\":[{}]}",
	  "name: \"y\" is not the file's name" },
	{ "bad-field", X "\"tre\":[],\"containers\":[{}]}", "fixture: \"tre\" is none of" },
	{ "bad-profile", X "\"profile\":\"cor\",\"containers\":[{}]}", "profile: none of" },
	{ "bad-no-containers", X "\"tree\":[]}", "containers: missing or empty" },
	{ "bad-empty-containers", X "\"containers\":[]}", "containers: missing or empty" },
	{ "bad-container-field", K "\"maskedPath\":[]" E, "containers: \"maskedPath\" is none of" },
	{ "bad-container-name", K "\"name\":\"a/b\"" E, "containers: \"a/b\" can't be a name" },
	{ "bad-container-twice", X "\"containers\":[{},{}]}", "containers: two are named \"a\"" },
	{ "bad-expect", K "\"expect\":\"runs\"" E, "expect: \"runs\" is none of" },
	{ "bad-topic", K "\"topics\":\"sb-shared sb-sharde\"" E, "topics: \"sb-sharde\" is no id" },
	{ "bad-class", K "\"paths\":{\"maskd-dir\":[\"/t/a\"]}" E,
	  "paths: \"maskd-dir\" is neither" },
	{ "bad-paths", K "\"paths\":{\"masked-dir\":\"/t/a\"}" E,
	  "paths.masked-dir: not an array" },
	{ "bad-path", K "\"paths\":{\"masked-dir\":[\"/t/a\",7]}" E,
	  "paths.masked-dir: not a string" },
	{ "bad-without", K "\"without\":\"/proc /sys\"" E,
	  "without: \"/sys\" is none of /proc /dev" },
	{ "bad-without-list", K "\"without\":[\"/proc\"]" E, "without: not a string" },
	{ "bad-root", K "\"root\":\"p\"" E, "root: not a folder" },
	{ "bad-cwd", K "\"cwd\":7" E, "cwd: not a string" },
	{ "bad-repeat", K "\"paths\":{\"masked-dir\":[{\"repeat\":0,\"path\":\"/t/a\"}]}" E,
	  "repeat: none of 1 to 65536" },
	{ "bad-tree-kind", X "\"tree\":[{\"door\":\"/t/a\"}],\"containers\":[{}]}",
	  "tree: \"door\" is none of dir file" },
	{ "bad-tree-relative", X "\"tree\":[{\"dir\":\"t/a\"}],\"containers\":[{}]}",
	  "tree: \"t/a\" is not absolute" },
	{ "bad-tree-link", X "\"tree\":[{\"link\":\"/t/a\"}],\"containers\":[{}]}",
	  "tree: \"/t/a\" lacks \"to\"" },
	{ "bad-tree-device", X "\"tree\":[{\"char\":\"/t/a\"}],\"containers\":[{}]}",
	  "tree: \"/t/a\" lacks \"rdev\"" },
	{ "bad-tree-mode", X "\"tree\":[{\"dir\":\"/t/a\",\"mode\":\"0788\"}],\"containers\":[{}]}",
	  "tree: \"/t/a\" has a mode" },
	{ "bad-tree-mode-number",
	  X "\"tree\":[{\"dir\":\"/t/a\",\"mode\":755}],\"containers\":[{}]}",
	  "tree: \"/t/a\" has a mode" },
	{ "bad-kind-name", X "\"kinds\":[{\"masked\":[]},{\"name\":\"b\"}]}",
	  "kinds: \"\" can't be a name" },
	{ "bad-kinds-odd", X "\"kinds\":[{\"name\":\"a\"}]}", "even number" },
	{ "bad-list", X "\"lists\":[\"nobody\"],\"container\":{}}",
	  "../lists/nobody.json is no list" },
};
