# board/image/boot.cmd  From U-Boot to Linux: the script boot.scr on the card
#
#     firmware -> U-Boot -> [boot.scr] -> /boot/vmlinuz of a slot -> initrd
#
# Which slot, and whether it is on trial, is decided by the part of the update
# that make puts in at the mark; it alone writes to the card. A slot
# that cannot be loaded gives way to the other one.
if test "${devtype}" = virtio; then
  # QEMU's virt: memory begins at 1 GiB, its device tree there as well
  setenv kernel_addr_r 0x40400000
  setenv ramdisk_addr_r 0x4c000000
  setenv kernel_comp_addr_r 0x50000000
  setenv tty ttyAMA0
else
  # Within the 448 MiB of a Zero 2 W
  setenv kernel_addr_r 0x00200000
  setenv fdt_addr_r 0x07000000
  setenv ramdisk_addr_r 0x0c000000
  setenv kernel_comp_addr_r 0x10000000
  setenv tty ttyS1,115200
fi
setenv kernel_comp_size 0x04000000
setenv try A
setenv trying no
#SLOTS#
setenv args
if test -e ${devtype} ${devnum}:1 linux.txt; then
  load ${devtype} ${devnum}:1 ${ramdisk_addr_r} linux.txt
  env import -t -r ${ramdisk_addr_r} ${filesize} args
fi
for slot in ${try} A B; do
  if test "${slot}" = B; then setenv root 3; else setenv root 2; fi
  if test "${slot}" != "${try}"; then setenv trying no; fi
  echo "slot ${slot}, on trial: ${trying}"
  setenv bootargs "console=tty0 console=${tty} quiet loglevel=3 net.ifnames=0 panic=10 fsck.repair=yes vt.global_cursor_default=0 boardphone.slot=${slot} boardphone.trial=${trying} ${args}"
  # The firmware hands over a device tree with the board's memory and
  # addresses in it; an emulated one does not
  if fdt addr ${fdt_addr}; then setenv tree ${fdt_addr}; else
    load ${devtype} ${devnum}:${root} ${fdt_addr_r} boot/dtb/${fdtfile}
    setenv tree ${fdt_addr_r}
  fi
  load ${devtype} ${devnum}:${root} ${kernel_addr_r} boot/vmlinuz &&
    load ${devtype} ${devnum}:${root} ${ramdisk_addr_r} boot/initrd.img &&
    booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${tree}
done
echo "no slot can be started"
sleep 3
reset
