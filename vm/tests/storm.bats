# SPDX-License-Identifier: Apache-2.0
# make storm in its smallest size: that records and tables come. What it measures is for no test.

load ../../conformance/tests/helpers

setup_file() {
  need qemu-system-x86_64 cpio jq
  [ -x "$CHECKOUT/build/vm/storm" ] || fail "build/vm/storm is missing; run \`make\`"
}

setup() {
  export CACHE=$CHECKOUT/build/cache OUT=$BATS_TEST_TMPDIR/out RUNTIMES=none
  export KERNELS=debian-6.1 CONTAINERS=1 MASKS=4 CGROUPS=2 ROUNDS=1
}

storm() {
  "$CHECKOUT/vm/storm" "$CHECKOUT/build"
}

# subjects FILE: those that a record tells the times of.
subjects() {
  awk -F '\t' '$1 == "time" { print $2 }' "$1" | sort | paste -s -d ' '
}

superblocks() {
  awk -F '\t' -v of="$2" '$1 == "masks" && $2 == of { print $3 }' "$1"
}

@test "records of each subject, and the superblocks that its strategy makes" {
  local clock=$OUT/debian-6.1/clock two=$OUT/debian-6.1/two record
  storm
  [ "$(subjects "$clock/runtimes.1.facts")" = "maskref,detached maskref,shared-tmpfs maskref,tmpfs-per-dir" ]
  [ "$(subjects "$clock/maskref-reclaim.1.facts")" = "$(subjects "$clock/runtimes.1.facts")" ]
  for record in loop-0 loop-2 loop-8 loop-reclaim loop-trace; do
    [ "$(subjects "$clock/$record.1.facts")" = "loop,shared-tmpfs loop,tmpfs-per-dir" ]
  done
  [ "$(superblocks "$clock/runtimes.1.facts" maskref,tmpfs-per-dir)" = 16 ]
  [ "$(superblocks "$clock/runtimes.1.facts" maskref,shared-tmpfs)" = 1 ]
  [ "$(superblocks "$clock/runtimes.1.facts" maskref,detached)" = 1 ]
  [ "$(superblocks "$clock/loop-2.1.facts" loop,tmpfs-per-dir)" = 4 ]
  [ "$(superblocks "$clock/loop-2.1.facts" loop,shared-tmpfs)" = 1 ]
  # All times are positive, and slab was dropped where that was asked for, and only there.
  awk -F '\t' '$1 == "time" && !($3 > 0 && $4 > 0 && $5 > 0) { bad = 1; print FILENAME ": " $0 } END { exit bad }' \
    "$clock"/*.facts "$two"/*.facts
  awk -F '\t' '$1 == "storm" && ($9 == "reclaim") != ($10 > 0) { bad = 1; print FILENAME ": " $0 } END { exit bad }' \
    "$clock"/*.facts "$two"/*.facts
  # What the tracer counts agrees with mountinfo.
  [ "$(awk -F '\t' '$2 == "loop,tmpfs-per-dir" && $3 == "start" && $5 == "shmem_fill_super" { print $6 }' \
    "$clock/loop-trace.1.facts")" = 4 ]
  [ "$(awk -F '\t' '$2 == "loop,shared-tmpfs" && $3 == "start" && $5 == "shmem_fill_super" { print $6 }' \
    "$clock/loop-trace.1.facts")" = 1 ]
  grep -q '<svg' "$OUT/storm.svg"
}

# refused STATUS WORD: in one line.
refused() {
  run "-$1" storm
  [[ $output == "storm: "*"$2"* ]] || fail "\"$2\" is not said:" "$output"
  [[ $output != *$'\n'* ]] || fail "more than one line:" "$output"
}

@test "bad numbers and names are refused before anything boots" {
  MASKS=none refused 2 "MASKS=none: it is a number from 1 to 2048"
  ROUNDS=0 refused 2 "ROUNDS=0: it is a number from 1 to 100"
  CONTAINERS=257 refused 2 "CONTAINERS=257"
  CGROUPS=0 refused 2 "CGROUPS=0: it is a number from 1"
  EL8=$BATS_TEST_TMPDIR/none refused 2 "none: no such file"
  RUNTIMES=runc-0.0 refused 2 "runc-0.0 is not in"
  RUNTIMES=/usr/bin/runc refused 2 "it is a name of make runtimes, not a path"
  [ ! -e "$OUT" ]
}

@test "a kernel that is not known is refused with those that are" {
  KERNELS=debian-0 run -2 storm
  [[ $output == *debian-0* && $output == *debian-6.1* ]]
}
