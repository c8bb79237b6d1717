#!/bin/busybox sh
# Process 1 of the guest until its root is there: loads the disk's drivers and lays a writable layer in memory over it.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
tries=0
while [ ! -b /dev/vda ] && [ "$tries" -lt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
mount -t squashfs -o ro /dev/vda /lower &&
  mount -t tmpfs -o size=75% tmpfs /upper &&
  mkdir /upper/data /upper/work &&
  mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /new ||
  poweroff -f
mkdir -p /new/opt
cp -a /payload /new/opt/payload
for name in proc sys dev; do mount --move "/$name" "/new/$name"; done
exec switch_root /new /sbin/guest-init
