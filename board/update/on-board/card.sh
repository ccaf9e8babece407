# board/update/on-board/card.sh  What the scripts on the board share
#
# Paths come from the environment, for tests. The FAT partition is mounted
# read-only, and writable only between card_open and card_close, by one script
# at a time.
# shellcheck shell=bash
CARD=${BOARDPHONE_CARD:-/boot/card}  # FAT: boot variables, configuration
DATA=${BOARDPHONE_DATA:-/data}       # What outlives updates
RUN=${BOARDPHONE_RUN:-/run}          # Until the next start
LIB=${BOARDPHONE_LIB:-/usr/lib/boardphone} # This slot's own
export BOARDPHONE_CARD=$CARD BOARDPHONE_DATA=$DATA BOARDPHONE_RUN=$RUN
export BOARDPHONE_LIB=$LIB

card_open() {
	exec 8>"$RUN/boardphone-card.lock"
	flock 8
	if mountpoint -q "$CARD"; then
		mount -o remount,rw "$CARD"
		trap card_close EXIT
	fi
}

card_close() {
	if mountpoint -q "$CARD"; then
		sync -f "$CARD"
		mount -o remount,ro "$CARD"
		trap - EXIT
	fi
	exec 8>&-
}

# keep FILE MODE [OWNER]: standard input becomes FILE, in one step: whoever
# looks, also after the power went, sees the old one or the new one, whole.
# On ext4: the new one is on the disk before it takes the name. What fails
# leaves the old one, and is told by the status, also where set -e is not in
# force
keep() {
	local new=$1.new
	rm -f "$new" &&
		(umask 077 && dd of="$new" bs=64k conv=fsync status=none) &&
		chmod "$2" "$new" &&
		{ [ ! "${3-}" ] || chown "$3" "$new"; } &&
		sync "$new" &&
		mv -T "$new" "$1" &&
		sync "$(dirname "$1")"
}
