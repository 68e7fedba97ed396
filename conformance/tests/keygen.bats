#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Keys that sign certificates: other tools read ours and we read theirs, what is secret stays so, and
# an envelope is signed for everybody else, too.

load helpers

CORPUS=$CHECKOUT/conformance/fuzz/corpus/dsse
DSSE=$CHECKOUT/conformance/tests/dsse.py
TTY=$CHECKOUT/conformance/tests/terminal.py

setup_file() {
	need openssl python3 make
	python3 -c 'import cryptography' || fail "python3-cryptography is missing; see \`make deps\`"
	copy_kit
	copy_certify_kit
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

keygen() {
	"$MASKSPEC" keygen "$@"
}

# The id of a private key, by openssl.
id_of() {
	openssl pkey -in "$1" -pubout -outform DER "${@:2}" >id.der && sha256sum <id.der | cut -c1-64
}

# keygen_refuses WORD... -- OPTION...: exit 2, one line that holds all the words.
keygen_refuses() {
	take_words "$@"
	run -2 --separate-stderr keygen "${ARGUMENTS[@]}"
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ] || fail "not one line:" "$stderr"
	words_said "$stderr"
}

@test "a new key of each type: two files that openssl reads, and its id" {
	local type
	umask 000
	for type in p256 ed25519; do
		run -0 --separate-stderr keygen --type "$type" -o "$type.pem"
		[ "$output" = "$(id_of "$type.pem")" ]
		[[ $stderr == *"$type.pem signs, keep it secret; $type.pub.pem is for"* ]]
		[ "$(stat -c %a "$type.pem")" = 600 ]
		openssl pkey -in "$type.pem" -pubout | cmp - "$type.pub.pem"
	done
	openssl pkey -in p256.pem -noout -text >p256.text
	grep -q prime256v1 p256.text
	openssl pkey -in ed25519.pem -noout -text >ed25519.text
	grep -qi ed25519 ed25519.text
	# Without a type it is P-256; without .pem in its name the public one has it.
	run -0 keygen -o key
	openssl pkey -in key -noout -text >key.text
	grep -q prime256v1 key.text
	[ -e key.pub.pem ]
}

@test "no key is overwritten, and of a pair both are written or none" {
	keygen -o key.pem
	cp key.pem before.pem
	cp key.pub.pem before.pub.pem
	keygen_refuses "key.pem: is there already" "name another file" -- -o key.pem
	cmp key.pem before.pem
	rm key.pem
	keygen_refuses "key.pub.pem: is there already" -- -o key.pem
	[ ! -e key.pem ]
	cmp key.pub.pem before.pub.pem
	ln -s elsewhere link.pem
	keygen_refuses "link.pem: is there already" -- -o link.pem
	[ ! -e elsewhere ]
	keygen_refuses "none/key.pem: the key can't be written: ENOENT" -- -o none/key.pem
}

@test "keys that openssl made are taken: SEC1, PKCS#8, encrypted or not, and their public halves" {
	local key
	umask 077
	openssl ecparam -name prime256v1 -genkey -out sec1.pem
	openssl ecparam -name prime256v1 -genkey -noout -out bare.pem
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out pkcs8.pem
	openssl genpkey -algorithm ED25519 -out ed25519.pem
	grep -q "BEGIN EC PARAMETERS" sec1.pem
	grep -q "BEGIN EC PRIVATE KEY" bare.pem
	for key in sec1 bare pkcs8 ed25519; do
		[ "$(keygen --id "$key.pem")" = "$(id_of "$key.pem")" ]
		openssl pkey -in "$key.pem" -pubout -out "$key.pub.pem"
		[ "$(keygen --id "$key.pub.pem")" = "$(id_of "$key.pem")" ]
	done
	openssl pkcs8 -topk8 -in ed25519.pem -passout pass:word -out sealed.pem
	openssl ec -in bare.pem -aes128 -passout pass:word -out legacy.pem
	grep -q "Proc-Type: 4,ENCRYPTED" legacy.pem
	[ "$(keygen --id sealed.pem --passphrase-fd 3 3<<<word)" = "$(id_of ed25519.pem)" ]
	[ "$(keygen --id legacy.pem --passphrase-fd 3 3<<<word)" = "$(id_of bare.pem)" ]
}

@test "other kinds of keys are refused by name, and what is no key at all" {
	umask 077
	openssl genrsa -out rsa.pem 2048
	openssl ecparam -name secp384r1 -genkey -noout -out p384.pem
	openssl genpkey -algorithm X25519 -out x25519.pem
	openssl ecparam -name prime256v1 -genkey -noout -param_enc explicit -out explicit.pem
	openssl ecparam -name prime256v1 -genkey -noout -out p256.pem
	openssl ec -in p256.pem -pubout -conv_form compressed -out compressed.pem
	openssl rsa -in rsa.pem -pubout -out rsa.pub.pem
	keygen_refuses "rsa.pem: an RSA key; only P-256" "maskspec keygen" -- --id rsa.pem
	keygen_refuses "rsa.pub.pem: an RSA key" -- --id rsa.pub.pem
	keygen_refuses "p384.pem: an EC key on secp384r1" -- --id p384.pem
	keygen_refuses "x25519.pem: a key of the kind X25519" -- --id x25519.pem
	keygen_refuses "explicit.pem: an EC key whose curve is written out" -- --id explicit.pem
	keygen_refuses "compressed.pem: an EC key whose point is compressed" -- --id compressed.pem
	keygen -o ours.pem
	cat ours.pub.pem rsa.pub.pem >two.pem
	head -c 100 ours.pem >cut.pem
	echo hello >hello.pem
	keygen_refuses "two.pem: more than one thing" -- --id two.pem
	keygen_refuses "cut.pem: no p" "key in PEM" -- --id cut.pem
	keygen_refuses "hello.pem: no public key in PEM" -- --id hello.pem
	keygen_refuses "none.pem: the key can't be read: ENOENT" -- --id none.pem
}

@test "a private key that others can read is refused, with the remedy" {
	local mode
	keygen -o "my key.pem"
	for mode in 640 604 620 666; do
		chmod "$mode" "my key.pem"
		keygen_refuses "mode 0$mode" "others can reach" "chmod 600 'my key.pem'" -- --id "my key.pem"
	done
	for mode in 600 400; do
		chmod "$mode" "my key.pem"
		keygen --id "my key.pem"
	done
}

@test "wrong options: what is wanted" {
	keygen_refuses "-o key.pem" --
	keygen_refuses "-o key.pem" "--id key.pem" -- -o key.pem --id key.pem
	keygen_refuses "--type rsa: neither p256 nor ed25519" -- --type rsa -o key.pem
	keygen_refuses "\"key.pem\": no option" -- key.pem
	keygen_refuses "--passphrase-fd x: not the number" -- --passphrase-fd x -o key.pem
	keygen_refuses "--passphrase-fd 99999999999: not the" -- --passphrase-fd 99999999999 -o key.pem
	[ ! -e key.pem ]
	run -0 "$MASKSPEC" help keygen
	[[ $output == *"usage: maskspec keygen -o KEY.pem"*"--passphrase-fd N"* ]]
}

@test "a passphrase by a descriptor: its first line, no other, and a key that only it opens" {
	keygen -o key.pem --passphrase-fd 3 3< <(printf 'two words\nsecond line\n')
	grep -q "BEGIN ENCRYPTED PRIVATE KEY" key.pem
	[ "$(stat -c %a key.pem)" = 600 ]
	[ "$(id_of key.pem -passin pass:"two words")" = "$(keygen --id key.pub.pem)" ]
	openssl asn1parse -in key.pem >asn1
	grep -q aes-256-cbc asn1
	# Rounds of PBKDF2: 600,000.
	grep -q ':0927C0$' asn1
	[ "$(keygen --id key.pem --passphrase-fd 3 3<<<"two words")" = "$(keygen --id key.pub.pem)" ]
	keygen_refuses "key.pem: the passphrase does not open it" -- --id key.pem --passphrase-fd 3 3<<<"two"
	keygen_refuses "key.pem: encrypted; give --passphrase, or --passphrase-fd N" -- --id key.pem
	keygen_refuses "--passphrase-fd 3: no such descriptor is open" -- --id key.pem --passphrase-fd 3 3>&-
	keygen_refuses "descriptor 3 is not open for reading" -- --id key.pem --passphrase-fd 3 3>/dev/null
	keygen_refuses "the passphrase is empty" "descriptor 3" -- -o new.pem --passphrase-fd 3 3<<<""
	keygen_refuses "more than 1023 bytes" -- -o new.pem --passphrase-fd 3 3< <(printf '%01024d\n' 0)
	keygen_refuses "a NUL byte" -- -o new.pem --passphrase-fd 3 3< <(printf 'a\0b\n')
	[ ! -e new.pem ]
	keygen -o new.pem --passphrase-fd 3 3< <(printf '%01023d' 0)
	# What stands behind the line is left to who else reads it.
	printf 'word\nrest\n' >lines
	{
		keygen -o third.pem --passphrase-fd 3
		read -r rest <&3
	} 3<lines
	[ "$rest" = rest ]
}

@test "a passphrase is in nobody's arguments and environment" {
	local tag=once-$BASHPID-$RANDOM pid control
	make_never
	mkfifo words
	"$MASKSPEC" keygen -o key.pem --passphrase-fd 4 4<words 3>&- &
	pid=$!
	exec 5>words
	printf '%s' "$tag" >&5
	# It has read that much and waits for the rest of the line.
	poll 10 drained words "$pid"
	none_tagged "$tag"
	TAG=$tag sleep 60 3>&- &
	control=$!
	poll 10 [ -n "$(tagged "$tag")" ] || fail "not even this one is found"
	kill "$control"
	echo >&5
	exec 5>&-
	wait "$pid"
	[ "$(id_of key.pem -passin "pass:$tag")" = "$(keygen --id key.pub.pem)" ]
}

# Nothing is left to be read in the FIFO $1, and $2 sleeps.
drained() {
	python3 - "$1" "$2" <<-'END'
		import array, fcntl, os, sys, termios
		fd, left = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK), array.array("i", [1])
		fcntl.ioctl(fd, termios.FIONREAD, left)
		state = open("/proc/%s/stat" % sys.argv[2]).read().rsplit(")", 1)[1].split()[0]
		comm = open("/proc/%s/comm" % sys.argv[2]).read()
		sys.exit(left[0] != 0 or state != "S" or not comm.startswith("maskspec-certif"))
	END
}

@test "at a terminal it is asked for without echo: twice for a new key, once for one that is there" {
	run -0 "$TTY" "my word" "my word" -- "$MASKSPEC" keygen -o key.pem --passphrase
	[[ $output == *"Passphrase of key.pem: "*"Once more: "*"echo on" ]]
	[[ $output != *"my word"* ]]
	[ "$(id_of key.pem -passin pass:"my word")" = "$(keygen --id key.pub.pem)" ]
	run -0 "$TTY" "my word" -- "$MASKSPEC" keygen --id key.pem --passphrase
	[[ $output == *"$(keygen --id key.pub.pem)"* ]]
	[[ $output != *"Once more"* && $output != *"my word"* ]]
	run -2 "$TTY" one two -- "$MASKSPEC" keygen -o new.pem --passphrase
	[[ $output == *"new.pem: the two passphrases differ"*"echo on" ]]
	run -2 "$TTY" "" -- "$MASKSPEC" keygen -o new.pem --passphrase
	[[ $output == *"new.pem: the passphrase is empty; it is the first line of the terminal"* ]]
	# ^Z would take the line away, and leave the terminal without echo.
	run -0 "$TTY" $'a\x1ab' $'a\x1ab' -- "$MASKSPEC" keygen -o z.pem --passphrase
	[ "$(id_of z.pem -passin pass:$'a\x1ab')" = "$(keygen --id z.pub.pem)" ]
	run -130 "$TTY" ^C -- "$MASKSPEC" keygen -o new.pem --passphrase
	[[ $output == *"echo on" ]]
	[ ! -e new.pem ]
	# What terminal.py would show of a program that asks with echo.
	run -1 "$TTY" -- sh -c 'stty -echo; exit 1'
	[[ $output == "echo off" ]]
	run -2 --separate-stderr setsid -w "$MASKSPEC" keygen -o new.pem --passphrase
	[[ $stderr == *"no terminal to ask for the passphrase at; give it by --passphrase-fd N"* ]]
}

@test "without maskspec-certify its commands say what to do, and all others are as before" {
	local command
	mkdir bare
	cp "$MASKSPEC" bare/
	for command in keygen certify verify; do
		run -3 --separate-stderr bare/maskspec "$command"
		[[ $stderr == *"$command: maskspec-certify is not in $PWD/bare; run: make certify-kit"* ]]
		[ "${#stderr_lines[@]}" = 1 ]
	done
	run -0 bare/maskspec version
	run -0 bare/maskspec help
	[[ $output == *keygen*"a key that signs certificates"* ]]
}

@test "only maskspec-certify needs libcrypto, and make says what it lacks" {
	local program real
	for program in maskspec observe maskref; do
		readelf -d "$KIT/build/$program" >"$program.needs"
		grep -q libcrypto "$program.needs" && fail "$program needs libcrypto"
	done
	readelf -d "$KIT/build/maskspec-certify" >certify.needs
	grep -q libcrypto certify.needs
	real=$(command -v pkg-config)
	mkdir bin
	cat >bin/pkg-config <<-END
		#!/bin/sh
		case \$* in *libcrypto*) exit 1 ;; esac
		exec $real "\$@"
	END
	chmod +x bin/pkg-config
	run -2 env -u MAKEFLAGS PATH="$PWD/bin:$PATH" make -s -C "$CHECKOUT" B="$PWD/build" certify-kit
	[[ $output == *"make: OpenSSL (libssl-dev, openssl-devel) is missing; run: make deps"* ]]
	run -0 env -u MAKEFLAGS PATH="$PWD/bin:$PATH" make -s -C "$CHECKOUT" -n B="$PWD/build" conformance
	[[ $output != *crypto* && $output != *certify* ]]
	run -0 env -u MAKEFLAGS make -s -C "$CHECKOUT" B="$PWD/build" "$PWD/build/tools-crypto"
}

@test "envelopes: openssl and python3-cryptography verify ours over the same bytes" {
	local key
	for key in p256 ed25519; do
		run -0 "$DSSE" verify "$CORPUS/$key.dsse" "$CORPUS/$key.pub.pem"
		[[ $output == '{"_type":"https://in-toto.io/Statement/v1",'* ]]
		"$DSSE" pae "$CORPUS/$key.dsse" "$key"
		cp "$key.pae" changed.pae
		printf x >>changed.pae
	done
	run -0 openssl dgst -sha256 -verify "$CORPUS/p256.pub.pem" -signature p256.sig p256.pae
	run -1 openssl dgst -sha256 -verify "$CORPUS/p256.pub.pem" -signature p256.sig changed.pae
	run -0 openssl pkeyutl -verify -pubin -inkey "$CORPUS/ed25519.pub.pem" -rawin -in ed25519.pae \
		-sigfile ed25519.sig
	run -1 openssl pkeyutl -verify -pubin -inkey "$CORPUS/ed25519.pub.pem" -rawin -in changed.pae \
		-sigfile ed25519.sig
	run -1 "$DSSE" verify "$CORPUS/p256.dsse" "$CORPUS/ed25519.pub.pem"
	sed 's/"payload":"ey/"payload":"ez/' "$CORPUS/p256.dsse" >changed.dsse
	run -1 "$DSSE" verify changed.dsse "$CORPUS/p256.pub.pem"
}
