#!/bin/sh
# The first process of a node, in new network, mount, uts, ipc and pid namespaces. NAME: the node's name.
# SWARM_NODE only tells which processes of the machine are its own.
# DIRECTORY: where it finds what it is given for /etc, and keeps its /run and /var/log. What it mounts ends with it.
# ROOT: the root of another engine than the machine's; it is only read. Empty: the machine's own root.
# CONTAINERD: not empty where containerd is a service of its own, as packages of Docker have it.
set -eu
# The lab plugs the node into the switch, then sends a line; if the lab is gone, this ends.
read -r _

hostname "$NAME"
changed=$DIRECTORY/changed
new=
old=
mount -t tmpfs -o size=64m tmpfs "$changed"
if [ -n "$ROOT" ]; then
    new=$DIRECTORY/root
    mkdir "$changed/root" "$changed/work" "$new"
    mount -t overlay -o "lowerdir=$ROOT,upperdir=$changed/root,workdir=$changed/work" overlay "$new"
    mount -t proc proc "$new/proc"
    mount --rbind /dev "$new/dev"
fi
# /sys shows the node's own network; the control groups stay the machine's.
mount --rbind /sys/fs/cgroup "$DIRECTORY/cgroup"
mount -t sysfs sysfs "$new/sys"
mount --rbind "$DIRECTORY/cgroup" "$new/sys/fs/cgroup"
umount -l "$DIRECTORY/cgroup"

# It may change /etc and /var/lib as it likes: the changes are kept in memory.
if [ -n "$ROOT" ]; then
    old=/mnt
    pivot_root "$new" "$new$old"
else
    for path in etc var/lib; do
        mkdir -p "$changed/$path" "$changed/work/$path"
        mount -t overlay -o "lowerdir=/$path,upperdir=$changed/$path,workdir=$changed/work/$path" overlay "/$path"
    done
fi
DIRECTORY=$old$DIRECTORY
# systemd's resolver and the like keep /etc/resolv.conf elsewhere.
rm -f /etc/resolv.conf /etc/motd
rm -rf /etc/docker /etc/containerd /etc/ssh /etc/sudoers.d /etc/profile.d /etc/update-motd.d
cp -a "$DIRECTORY/given/." /etc/
mkdir -p /etc/profile.d
cat /etc/passwd.lab >>/etc/passwd
cat /etc/shadow.lab >>/etc/shadow
cat /etc/group.lab >>/etc/group
sed -i 's/^docker:x:\([0-9]*\):.*/docker:x:\1:ops/' /etc/group
chmod 440 /etc/sudoers.d/*
chmod 600 /etc/ssh/*_key /etc/docker/*.pem

mount --bind "$DIRECTORY/run" /run
mount --bind "$DIRECTORY/log" /var/log
mount -t tmpfs -o size=64m,mode=700 tmpfs /root
mount -t tmpfs -o size=64m tmpfs /home
for store in docker ${CONTAINERD:+containerd}; do
    mkdir -p "/var/lib/$store"
    mount -t tmpfs -o size=1g tmpfs "/var/lib/$store"
done
# A docker command that the machine has beside Debian's is none of the node's.
mount -t tmpfs -o size=1m tmpfs /usr/local/bin
for user in ops admin; do
    mkdir -m 700 "/home/$user"
    chown "$user:$user" "/home/$user"
done
mkdir -p /run/sshd /run/lock /run/sudo
# Last, since DIRECTORY may lie in it.
mount -t tmpfs -o size=64m,mode=1777 tmpfs /tmp
cd /
[ -z "$old" ] || umount -l "$old"
service=$CONTAINERD
unset CONTAINERD DIRECTORY NAME ROOT

[ -z "$service" ] || containerd >>/var/log/containerd.log 2>&1 &
dockerd >>/var/log/dockerd.log 2>&1 &
/usr/sbin/sshd -D -e >>/var/log/sshd.log 2>&1 &
exec tini-static -s -- sleep infinity
