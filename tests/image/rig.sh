# tests/image/rig.sh  A board without a board: files in place of its devices
#
# rig_new makes one below $work: a card (FAT), data, /run, two slots, and in
# lib what a slot has installed. The scripts find it by their environment.
# shellcheck shell=bash disable=SC2154
passed=0 failed=0 skipped=0

pass() {
	passed=$((passed + 1))
	echo "  pass  $*"
}

fail() {
	failed=$((failed + 1))
	echo "  FAIL  $*"
}

skip() {
	skipped=$((skipped + 1))
	echo "  skip  $*"
}

# show WHAT COMMAND...: it must succeed
show() {
	local what=$1 said
	shift
	if said=$("$@" 2>&1); then
		pass "$what"
	else
		fail "$what"
		echo "$said" | tail -n 8 | sed 's/^/        /'
	fi
}

# refused WHAT WORDS COMMAND...: it must fail, and say these words
refused() {
	local what=$1 words=$2 said
	shift 2
	if said=$("$@" 2>&1); then
		fail "$what: it was not refused"
	elif [[ $said == *"$words"* ]]; then
		pass "$what: $words"
	else
		fail "$what: refused, but not because $words"
		echo "$said" | tail -n 8 | sed 's/^/        /'
	fi
}

sum_up() {
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ]
}

# rig_image FILE VERSION [PRODUCT [ARCHITECTURE]]: a slot of 4 MiB
rig_image() {
	local root=$work/root
	rm -rf "$root"
	mkdir -p "$root/usr/lib/boardphone"
	printf '%s\n' "product=${3-boardphone}" "architecture=${4-arm64}" \
		"version=$2" "release=test $2" >"$root/usr/lib/boardphone/image"
	head -c 2000000 /dev/urandom >"$root/filler"
	rm -f "$1"
	truncate -s 4M "$1"
	mke2fs -q -t ext4 -O ^has_journal -d "$root" "$1"
}

# rig_board: the folders, and what a slot has installed
rig_board() {
	rm -rf "$work/board"
	mkdir -p "$work/board"/{card,data,run,lib,etc}
	export BOARDPHONE_CARD=$work/board/card
	export BOARDPHONE_DATA=$work/board/data
	export BOARDPHONE_RUN=$work/board/run
	export BOARDPHONE_LIB=$work/board/lib
	export BOARDPHONE_CMDLINE=$work/board/cmdline
	export BOARDPHONE_SLOT_A=$work/board/a BOARDPHONE_SLOT_B=$work/board/b
	export BOARDPHONE_ETC=$work/board/etc
	export BOARDPHONE_KERNEL_NAME=$work/board/name
	export BOARDPHONE_REBOOT="touch $work/board/rebooted"
	cp board/update/on-board/* board/image/import "$BOARDPHONE_LIB"
	board/update/on-board/slots init "$BOARDPHONE_CARD"
}

rig_new() {
	rig_board
	rig_phone '{"registered": false, "accounts": []}'
	cp "$work/10.image" "$BOARDPHONE_SLOT_A"
	cp "$work/9.image" "$BOARDPHONE_SLOT_B"
	cp "$work/sign.pub" "$BOARDPHONE_LIB/update.pub"
	rig_boot
}

# rig_phone STATUS [CURL]: what the telephone says, and how curl at its page ends
rig_phone() {
	mkdir -p "$work/bin"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$2" = --json ] && echo '"'%s'"'\n' "$1" \
		>"$work/bin/boardphone"
	printf '#!/bin/sh\nexit %s\n' "${2-7}" >"$work/bin/curl"
	chmod +x "$work"/bin/*
}

# rig_boot: what U-Boot does (slots.cmd), and the root of that slot
rig_boot() {
	local vars slot trial tries file trying=no
	vars=$(board/update/on-board/slots show) || vars=$'slot=A\ntrial=no\ntries=0'
	slot=$(sed -n 's/^slot=//p' <<<"$vars")
	trial=$(sed -n 's/^trial=//p' <<<"$vars")
	tries=$(sed -n 's/^tries=//p' <<<"$vars")
	if [ "$trial" != no ] && [ "$tries" -gt 0 ]; then
		board/update/on-board/slots set tries=$((tries - 1))
		slot=$trial trying=yes
	fi
	rm -f "$work/board/rebooted"
	echo "quiet boardphone.slot=$slot boardphone.trial=$trying panic=10" \
		>"$BOARDPHONE_CMDLINE"
	file=BOARDPHONE_SLOT_$slot
	debugfs -R 'cat /usr/lib/boardphone/image' "${!file}" \
		>"$BOARDPHONE_LIB/image" 2>/dev/null
	[ -s "$BOARDPHONE_LIB/image" ]
}

slots() { "$BOARDPHONE_LIB/slots" "$@"; }
update() { "$BOARDPHONE_LIB/boardphone-update" "$@"; }
commit() { "$BOARDPHONE_LIB/commit"; }
variables() { [ "$(slots show | tail -n +2 | xargs)" = "$1" ]; }
