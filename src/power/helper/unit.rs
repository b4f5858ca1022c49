//! What an administrator installs: the helper's systemd unit, and a sudoers file for those who want no service.

/// A unit that may do nothing but set the card, and talk over its one socket.
pub const UNIT: &str = "\
# smelt's power helper. Install it as root:
#   install -m 755 \"$(command -v smelt)\" /usr/local/bin/smelt    (not run from a home: its owner could replace it)
#   groupadd --system smelt && usermod -aG smelt USER            (USER logs in again)
#   smelt power helper --print-unit > /etc/systemd/system/smelt-power.service
#   systemctl daemon-reload && systemctl enable --now smelt-power
# Rules, all optional, in /etc/smelt/helper.toml, which only root may write:
#   min_w = 80.0   max_w = 150.0   min_mhz = 600   lease_s = 10.0   group = \"smelt\"   gpu = \"0\"
[Unit]
Description=smelt power helper: sets the GPU's power for members of group smelt

[Service]
Type=exec
ExecStart=/usr/local/bin/smelt power helper
Restart=on-failure
RestartSec=2
RuntimeDirectory=smelt
RuntimeDirectoryPreserve=restart
UMask=0077
# The driver asks for CAP_SYS_ADMIN, giving the socket to its group for CAP_CHOWN.
CapabilityBoundingSet=CAP_SYS_ADMIN CAP_CHOWN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateNetwork=yes
RestrictAddressFamilies=AF_UNIX
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
# Not ProtectKernelTunables: it would make platform_profile in /sys read-only. Not PrivateDevices: the card is one.
TasksMax=64
MemoryMax=256M

[Install]
WantedBy=multi-user.target
";

/// Lines for /etc/sudoers.d that allow what smelt asks for and no more: a `*` would also match a blank and what follows.
pub const SUDOERS: &str = "\
# Lets members of group smelt set the GPU's power without the helper. Install it as root (sudo 1.9.10 or later):
#   smelt power helper --print-sudoers > /etc/sudoers.d/smelt && chmod 440 /etc/sudoers.d/smelt && visudo -c
# A process that is killed cannot put the settings back this way; its next start does. The helper does it at once.
%smelt ALL=(root) NOPASSWD: /usr/bin/nvidia-smi ^-i [0-9A-Za-z-]+ -pl [0-9]+([.][0-9]+)?$
%smelt ALL=(root) NOPASSWD: /usr/bin/nvidia-smi ^-i [0-9A-Za-z-]+ -lgc [0-9]+\\,[0-9]+$
%smelt ALL=(root) NOPASSWD: /usr/bin/nvidia-smi ^-i [0-9A-Za-z-]+ -rgc$
";
