#!/bin/bash
# Process 1 of the guest: the file systems a Debian expects, then the command, then off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=666 devpts /dev/pts
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ln -sfn /proc/self/fd /dev/fd
mkdir -p /run/netns /run/openvswitch /run/lock
install -d -o postgres -g postgres -m 2775 /run/postgresql
mount --make-rshared /
hostname kernel-guest
ip link set lo up
sysctl -qw kernel.printk='4 4 1 7'
ulimit -n 65536

# The console stays open here, because its last close resets it and loses what is still on its way.
exec 8<>/dev/hvc0
stty raw -echo <&8
cd /opt/payload || exit
# A session of its own, so that the command cannot take this process along.
setsid --wait /bin/bash /opt/payload/command.sh </dev/null >/dev/hvc0 2>&1 8>&-
status=$?
stty raw -echo <&8
echo "exit=$status" >/dev/ttyS1
sync
busybox poweroff -f
