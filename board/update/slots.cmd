# board/update/slots.cmd  U-Boot: which slot is booted now
#
#   slots/1/env, slots/2/env -> [slots.cmd] -> ${try}: A or B, ${trying}
#
# The first part of the boot script; board/update/on-board/slots says what the variables
# are, and why there are two copies. Nothing is written but by a trial, and a
# trial that cannot be counted is none: ${trying} is yes or no. ${slots} is set to lost when neither
# copy was whole: then A is tried, and whoever boots it may try B after it.
setenv copy
setenv newer 0
for n in 1 2; do
	if load ${devtype} ${devnum}:1 ${kernel_addr_r} slots/${n}/env; then
		if env import -c ${kernel_addr_r} ${filesize} count; then
			if itest ${count} -ge ${newer}; then
				setenv newer ${count}
				setenv copy ${n}
			fi
		fi
	fi
done

setenv slots whole
setenv slot A
setenv trial no
setenv tries 0
if test -n "${copy}"; then
	load ${devtype} ${devnum}:1 ${kernel_addr_r} slots/${copy}/env
	env import -c ${kernel_addr_r} ${filesize} count slot trial tries
else
	setenv slots lost
	echo "slots: neither copy is whole"
fi

setenv try ${slot}
setenv trying no
if test "${trial}" != no && test "${tries}" != 0; then
	setenv older 1
	if test "${copy}" = 1; then setenv older 2; fi
	setexpr tries ${tries} - 1
	setexpr count ${count} + 1
	env export -c -s 200 ${kernel_addr_r} count slot trial tries
	if fatwrite ${devtype} ${devnum}:1 ${kernel_addr_r} slots/${older}/env 200; then
		setenv try ${trial}
		setenv trying yes
	fi
fi
echo "slots: ${try} is booted (slot ${slot}, trial ${trial}, ${tries} more tries)"
# Whoever has a loop over slots may call its variable so: one of the environment
# would hide it
setenv slot
