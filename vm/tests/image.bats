# SPDX-License-Identifier: Apache-2.0
# vm/image. What it wrote is read by newc.py, which shares nothing with it, and by cpio.

load ../../conformance/tests/helpers

setup_file() {
  need cpio patchelf python3
  [ -x "$CHECKOUT/build/observe" ] || fail "build/observe is missing; run \`make\`"
  export KIT=$BATS_FILE_TMPDIR/kit
  mkdir "$KIT"
  cp "$CHECKOUT"/vm/{image,programs.bash,tests/newc.py} "$KIT/"
  # Any two static programs.
  cp "$CHECKOUT/build/observe" "$KIT/observe"
  strip -o "$KIT/init" "$KIT/observe"
  mkdir -p "$KIT/tree/b/empty"
  echo case | tee "$KIT/tree/b/case" >"$KIT/tree/a"
  ln "$KIT/tree/a" "$KIT/tree/again"
  ln -s b/case "$KIT/tree/link"
  chmod 4711 "$KIT/tree/a"
  chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file"
  chmod -R a+rX "$BATS_FILE_TMPDIR"
}

setup() {
  cd "$BATS_TEST_TMPDIR"
  mkdir tmp
  export TMPDIR=$PWD/tmp
}

# Of what is given here nothing may be left behind, whatever happened.
teardown() {
  [ -z "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ] || fail "left in TMPDIR: $(ls -A "$BATS_TEST_TMPDIR/tmp")"
  [ -z "$(find "$BATS_TEST_TMPDIR" -name '.image.*' -o -name '.new.*')" ] || fail "a half-made file is left"
}

image() {
  "$KIT/image" --cache cache --output out --init "$KIT/init" --observe "$KIT/observe" "$@"
}

# "MODE NAME [-> TARGET]" of all members, sorted.
list() {
  python3 "$KIT/newc.py" "${1:-out}" | cut -d ' ' -f 3,11- | sort -u
}

# In a shell of its own, so that no folder or mask of this one counts.
elsewhere() {
  mkdir -p "$1"
  chmod 0777 "$1"
  shift
  "$@"
}

# A copy of ls, linked with what stands after it.
linked() {
  local copy=$1 library
  shift
  cp /bin/ls "$copy"
  for library; do patchelf --add-needed "$library" "$copy"; done
}

# The image as files below root/, layer by layer.
unpack() {
  local start end
  python3 "$KIT/newc.py" out | awk '$1 != last { print $2; last = $1 }' last=-1 >starts
  stat -c %s out >>starts
  while read -r end; do
    [ -z "${start-}" ] || tail -c +$((start + 1)) out | head -c $((end - start)) >"layer.$start"
    start=$end
  done <starts
  mkdir root
  for layer in layer.*; do (cd root && cpio -idu --quiet <"../$layer"); done
}

@test "the bytes are the same whoever makes them, where and when" {
  need root setpriv
  image --runtime /bin/ls --tree "$KIT/tree:/maskspec/cases"
  cp out first
  rm -r cache

  image --runtime /bin/ls --tree "$KIT/tree:/maskspec/cases"
  cmp out first

  # Another user, mask, time, order of making, folder and file system, without a common cache.
  mkdir -m 0777 there
  cp -r "$KIT/tree" there/tree
  rm -r there/tree/{a,again,b}
  mkdir -p there/tree/b/empty
  echo case | tee there/tree/{a,again} >there/tree/b/case
  chmod 0711 there/tree/{a,again}
  cp "$KIT"/{init,observe} there/
  chmod 0444 there/{init,observe}
  touch -d 2001-01-01 there/{init,observe} there/tree/b there/tree/a
  chown -R 65534 there
  shm=$(mktemp -d -p /dev/shm)
  chown 65534 "$shm"
  run -0 setpriv --reuid 65534 --regid 65534 --clear-groups env -C there TMPDIR="$shm" bash -c '
    umask 077
    "$KIT/image" --cache cache --output out --init init --observe observe --runtime /bin/ls \
      --tree tree:/maskspec/cases'
  rmdir "$shm"
  cmp there/out first

  # And what differs in content differs.
  echo other >there/tree/b/case
  image --runtime /bin/ls --tree there/tree:/maskspec/cases
  run -1 cmp -s out first
}

@test "owner, time and devices of all are zero, and modes are of a closed list" {
  image --runtime /bin/ls --shell --tree "$KIT/tree:/maskspec/cases"
  python3 "$KIT/newc.py" out >all
  [ "$(wc -l <all)" -gt 60 ]
  cut -d ' ' -f 4-7,9 all | sort -u >seen
  diff seen - <<<'0 0 1 0 0:0:0:0'
  cut -d ' ' -f 3 all | sort -u >seen
  printf '%s\n' 100644 100755 1041777 120777 40755 | diff seen -
  # Where an inode comes twice in a layer, the kernel may take the second for a link to the first.
  [ "$(cut -d ' ' -f 1,8 all | sort | uniq -d)" = "" ]
  list | grep -Fx '1041777 tmp'
  list | grep -Fx '100755 maskspec/cases/a'
  list | grep -Fx '100644 maskspec/cases/b/case'
  list | grep -Fx '120777 maskspec/cases/link -> b/case'
  list | grep -Fx '40755 maskspec/cases/b/empty'
}

@test "the base layer has init, observe, folders and who root is" {
  run -0 image
  [ "$output" = "" ]
  for name in proc sys dev run maskspec etc; do list | grep -Fx "40755 $name"; done
  python3 "$KIT/newc.py" out init | cmp - "$KIT/init"
  python3 "$KIT/newc.py" out observe | cmp - "$KIT/observe"
  python3 "$KIT/newc.py" out etc/passwd | grep -q '^root:x:0:0:'
  python3 "$KIT/newc.py" out etc/group | grep -q '^root:x:0:'
  python3 "$KIT/newc.py" out etc/os-release | grep -Fx 'PRETTY_NAME="maskspec VM"'
}

@test "layers lie one after the other, at multiples of 512" {
  image --runtime /bin/ls --shell --tree "$KIT/tree:/one" --tree "$KIT/tree:/two"
  python3 "$KIT/newc.py" out >all
  awk '$1 != last { bad += $2 % 512; last = $1; n++ } END { exit bad || n != 5 }' last=-1 all
  unpack
  for layer in layer.*; do cpio -t --quiet <"$layer"; done | sort >each
  sed 's/ -> .*//' all | cut -d ' ' -f 11- | sort | diff - each
  # The reader is no friend: it sees a layer that isn't where the kernel wants it.
  { cat layer.0; printf '\0'; cat layer.*; } >moved
  run -1 python3 "$KIT/newc.py" moved
  [[ $output == *"no header"* ]]
}

@test "no name is a link in one layer and a folder in another" {
  image --runtime /bin/ls --shell --tree "$KIT/tree:/lib/cases"
  list | sed 's/ -> .*//' | cut -d ' ' -f 2- | sort | uniq -d >double
  diff double /dev/null
  [ ! -L /lib ] || list | grep -Fx "100644 $(readlink -f /lib | cut -c 2-)/cases/b/case"
}

@test "what is linked starts in what was unpacked, and not without a library" {
  need root
  linked runtime
  image --runtime runtime
  unpack
  # The names that the program and its loader have, as a kernel follows them.
  chroot root "$PWD/runtime" --version | grep -q coreutils
  loader=$(patchelf --print-interpreter runtime)
  chroot root "$loader" --list "$PWD/runtime" | grep -q libc.so
  rm root/"$(readlink -f "$(ldconfig -p | sed -n 's/.*libselinux.so.1 .*=> //p' | head -n 1)")"
  run -127 chroot root "$PWD/runtime" --version
}

@test "the shell of a VM has programs that start" {
  need root
  image --shell
  unpack
  for program in ls cat grep find mount findmnt sed; do
    chroot root /bin/bash -c "$program --version" >/dev/null
  done
  [ "$(chroot root /bin/bash -c 'echo here | sed s/here/there/')" = there ]
}

@test "a layer is made once, and anew for other content" {
  mkdir fail
  printf '%s\n' '#!/bin/sh' 'echo called >&2; exit 1' >fail/cpio
  chmod +x fail/cpio
  linked runtime
  image --runtime runtime --shell
  cp out first
  PATH=$PWD/fail:$PATH image --runtime runtime --shell
  cmp out first
  [ "$(ls cache/layers | wc -l)" = 3 ]

  patchelf --set-rpath /elsewhere runtime
  PATH=$PWD/fail:$PATH run -3 image --runtime runtime --shell
  [[ $output == *called* ]]
  image --runtime runtime --shell
  [ "$(ls cache/layers | wc -l)" = 4 ]
  run -1 cmp -s out first
}

@test "a layer that was spoilt in the cache is made again" {
  image
  cp out first
  layer=$(echo cache/layers/*)
  printf X | dd of="$layer" bs=1 seek=5000 conv=notrunc status=none
  image
  cmp out first
  truncate -s -512 "$layer"
  image
  cmp out first
  [ "$(echo cache/layers/*)" = "$layer" ]
}

@test "several at once make the same, in one cache and one file" {
  image --runtime /bin/ls
  cp out first
  rm -r cache
  pids=()
  for _ in 1 2 3 4; do
    image --runtime /bin/ls &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  cmp out first
  [ "$(ls -A cache/layers | wc -l)" = 2 ]
}

@test "a missing library is named, and who needs it" {
  linked runtime libnowhere.so.1
  run -2 image --runtime runtime
  [[ $output == *"/runtime: the library libnowhere.so.1 is not found (needed by $PWD/runtime)"* ]]

  # And one that a library needs.
  mkdir lib
  cp "$(ldconfig -p | sed -n 's/.*libselinux.so.1 .*=> //p' | head -n 1)" lib/libselinux.so.1
  patchelf --add-needed libnowhere.so.2 lib/libselinux.so.1
  linked other
  patchelf --set-rpath "$PWD/lib" other
  run -2 image --runtime other
  [[ $output == *"libnowhere.so.2 is not found (needed by $PWD/lib/libselinux.so.1)"* ]]

  linked third
  patchelf --set-interpreter /nowhere/ld.so third
  run -2 image --runtime third
  [[ $output == *"third: its loader /nowhere/ld.so is not there"* ]]
  [ ! -e out ]
}

@test "libraries come from where the loader finds them, and the environment says nothing" {
  mkdir -p lib/glibc-hwcaps/x86-64-v2 env
  real=$(ldconfig -p | sed -n 's/.*libselinux.so.1 .*=> //p' | head -n 1)
  cp "$real" lib/libselinux.so.1
  cp "$real" lib/glibc-hwcaps/x86-64-v2/
  cp "$real" env/
  linked runtime
  LD_LIBRARY_PATH=$PWD/env image --runtime runtime
  run -1 grep -F "/env/" <(list)
  patchelf --set-rpath "$PWD/lib" runtime
  image --runtime runtime
  # The processor of the VM may not be this one.
  list | grep -Fx "100755 ${PWD#/}/lib/libselinux.so.1"
  if grep -q sse4_2 /proc/cpuinfo && "$(patchelf --print-interpreter runtime)" --help | grep -q x86-64-v2; then
    list | grep -Fx "100755 ${PWD#/}/lib/glibc-hwcaps/x86-64-v2/libselinux.so.1"
  fi
}

@test "ld.so.cache is brought where the loader needs it, and only there" {
  need root unshare ldconfig
  mkdir lib
  mv "$(cp -v "$(ldconfig -p | sed -n 's/.*libselinux.so.1 .*=> //p' | head -n 1)" lib/ | sed "s/.*-> '\(.*\)'/\1/")" \
    lib/libmine.so.1
  patchelf --set-soname libmine.so.1 lib/libmine.so.1
  linked runtime libmine.so.1
  run -2 image --runtime runtime
  { echo "$PWD/lib"; cat /etc/ld.so.conf; } >conf
  ldconfig -X -C "$PWD/ld.so.cache" -f "$PWD/conf"
  unshare -m bash -c 'mount --bind ld.so.cache /etc/ld.so.cache && "$KIT/image" --cache cache --output out \
    --init "$KIT/init" --observe "$KIT/observe" --runtime runtime'
  list | grep -Fx '100755 etc/ld.so.cache'
  unpack
  chroot root "$PWD/runtime" --version | grep -q coreutils
  image --runtime /bin/ls
  run -1 grep ld.so.cache <(list)
}

@test "a runtime is reached by each link that leads to it" {
  mkdir real
  ln -s real folder
  ln -s ../third real/second
  linked third
  ln -s folder/second first
  image --runtime first
  list | grep -Fx "120777 ${PWD#/}/first -> folder/second"
  list | grep -Fx "120777 ${PWD#/}/folder -> real"
  list | grep -Fx "120777 ${PWD#/}/real/second -> ../third"
  list | grep -Fx "100755 ${PWD#/}/third"
  ln -sf loop loop
  run -2 image --runtime loop
  [[ $output == *"loop: no such runtime"* ]]
}

@test "a static runtime comes alone" {
  cp "$KIT/observe" static
  image --runtime static
  python3 "$KIT/newc.py" out | awk '$1 == 1 && $3 ~ /^100/' >files
  [ "$(wc -l <files)" = 1 ]
  python3 "$KIT/newc.py" out "${PWD#/}/static" | cmp - static
}

@test "what no kernel would start is refused as a runtime" {
  printf '%s\n' '#!/bin/sh' >script
  echo words >words
  chmod +x script words
  touch plain
  head -c 40 "$KIT/observe" >cut
  linked arm
  printf '\xb7' | dd of=arm bs=1 seek=18 conv=notrunc status=none
  chmod +x cut
  while read -r name said; do
    run -2 image --runtime "$name"
    [[ $output == "image: "*"$name: $said"* ]] || fail "$name: $output"
    [ "${#lines[@]}" -eq 1 ]
  done <<-END
	nowhere no such runtime
	/etc a folder
	plain not executable
	script a script, whose interpreter would not be there
	words neither an ELF program
	cut its ELF header can't be read
	arm a program for AArch64, not for x86-64
	END
  [ ! -e out ]
}

@test "a runtime that the VM would mount over is refused" {
  own=$(mktemp -p /dev/shm)
  cp "$KIT/observe" "$own"
  chmod +x "$own"
  run -2 image --runtime "$own"
  rm "$own"
  [[ $output == *"a file of /dev, which is the VM's own"* ]]
}

@test "a tree that doesn't fit is refused" {
  mkdir -p odd clash/bin root
  mkfifo odd/pipe
  touch root/init
  while read -r tree said; do
    run -2 image --tree "$tree"
    [[ $output == "image: "*"$said"* ]] || fail "$tree: $output"
  done <<-END
	nowhere:/x nowhere: no such folder
	odd:/x odd/pipe is neither a file nor a folder nor a link
	odd must be DIR:/AT
	odd:x must be DIR:/AT
	clash:/../x .. is not allowed
	root:/ /init is a file of the base layer and a file of the tree root
	root:/observe /observe is a file of the base layer and a folder of the tree root
	END
  if [ -L /bin ]; then
    run -2 image --tree clash:/
    [[ $output == *"/bin is a link to usr/bin of the base layer and a folder of the tree clash"* ]]
  fi
  [ ! -e out ]
}

@test "a name is only a name" {
  mkdir -p 'tree/a:d' 'tree/-l' tree/d
  for name in 'a:link' 'b:d' 'c:t' '-n' ' two  words ' 'back\slash' $'new\nline' '$(x)' ']' '*' $'\xff'; do
    echo "$name" >"tree/$name"
    cp "tree/$name" tree/d/
    ln -s "$name" "tree/d/$name.link"
  done
  image --tree tree:/
  unpack
  rm -r root/{init,observe,proc,sys,dev,run,tmp,maskspec,etc,usr} && find root -maxdepth 1 -type l -delete
  diff -r --no-dereference tree root
}

@test "an empty tree is a folder, and nothing at /" {
  mkdir empty
  image --tree empty:/ --tree empty:/maskspec/cases
  list | grep -Fx '40755 maskspec/cases'
}

@test "what can't be read is said, as an ordinary user" {
  need root setpriv
  mkdir -m 0755 tree
  touch tree/secret
  chmod 0600 tree/secret
  mkdir -m 0777 there
  chmod 0777 tmp
  linked there/runtime
  chmod 0711 there/runtime
  user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
  args=(--init "$KIT/init" --observe "$KIT/observe")
  run -2 user "$KIT/image" --cache there/cache --output there/out "${args[@]}" --tree tree:/x
  [[ $output == *"tree can't be copied"* ]]
  run -2 user "$KIT/image" --cache there/cache --output there/out "${args[@]}" --runtime there/runtime
  [[ $output == *"runtime: can't be read by this user"* ]]
  run -2 user "$KIT/image" --cache there/cache --output tree/out "${args[@]}"
  [[ $output == *"--output: tree/ can't be written to"* ]]
  run -2 user "$KIT/image" --cache tree/cache --output there/out "${args[@]}"
  [[ $output == *"--cache: tree/cache/layers can't be made"* ]]

  # A cache of root's serves others as long as it has what they want.
  "$KIT/image" --cache cache --output there/out "${args[@]}"
  rm there/out
  user "$KIT/image" --cache cache --output there/out "${args[@]}"
  run -2 user "$KIT/image" --cache cache --output there/out "${args[@]}" --runtime /bin/ls
  [[ $output == *"--cache: cache/layers can't be written to"* ]]
}

@test "options that are missing or unknown are named" {
  while IFS='|' read -r given said; do
    # shellcheck disable=SC2086 # words
    run -2 "$KIT/image" $given
    [[ $output == *"$said"*"usage: image"* ]] || fail "$given: $output"
  done <<-END
	--cache c --output o --init i|--observe is missing
	--output o --init i --observe o|--cache is missing
	--cache c --init i --observe o|--output is missing
	--nothing|--nothing: no such option
	--cache|--cache: its value is missing
	END
  run -2 "$KIT/image" --cache c --output o --init nowhere --observe "$KIT/observe"
  [[ $output == *"--init: nowhere: no such file"* ]]
  run -2 "$KIT/image" --cache c --output nowhere/o --init "$KIT/init" --observe "$KIT/observe"
  [[ $output == *"--output: nowhere/ can't be written to"* ]]
  mkdir o
  run -2 "$KIT/image" --cache c --output o --init "$KIT/init" --observe "$KIT/observe"
  [[ $output == *"--output: o is a folder"* ]]
}

@test "without cpio it says what to run" {
  mkdir bin
  for tool in /usr/bin/*; do [ "${tool##*/}" = cpio ] || ln -s "$tool" bin/; done
  PATH=$PWD/bin run -3 image
  [ "$output" = "image: cpio is missing; run: make deps" ]
  PATH=$PWD/bin:/usr/bin run -0 image
}

@test "a full disk leaves the file before as it was" {
  need root unshare
  mkdir small
  image
  cp out first
  run -3 unshare -m bash -c 'mount -t tmpfs -o size=1m none small && cd small && echo before >out || exit 9
    "$KIT/image" --cache ../cache --output out --init "$KIT/init" --observe "$KIT/observe"; r=$?
    [ "$(ls -A)" = out ] && [ "$(cat out)" = before ] || exit 9; exit $r'
  [[ $output == *"out: can't be written"* ]]
  # And where the cache has no room.
  run -3 unshare -m bash -c 'mount -t tmpfs -o size=1m none small || exit 9
    "$KIT/image" --cache small --output out --init "$KIT/init" --observe "$KIT/observe"; r=$?
    [ -z "$(ls -A small/layers)" ] || exit 9; exit $r'
  [[ $output == *"can't be written"* ]]
  cmp out first
}

@test "a signal in the middle leaves nothing" {
  mkdir fail
  printf '%s\n' '#!/bin/sh' 'kill -TERM "$IMAGE"' >fail/cpio
  chmod +x fail/cpio
  run -143 env PATH="$PWD/fail:$PATH" bash -c 'IMAGE=$$; export IMAGE; exec "$KIT/image" --cache cache --output out \
    --init "$KIT/init" --observe "$KIT/observe"'
  [ ! -e out ]
  [ -z "$(ls -A cache/layers)" ]
}
