//! Who is at the other end of a connection, as the kernel says, and whether they may ask.

use std::fmt;
use std::io;
use std::os::unix::net::UnixStream;

/// A process that has connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its number.
    pub process: i32,
    /// Its user.
    pub user: u32,
    /// Its groups, the first one included.
    pub groups: Vec<u32>,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} of user {}", self.process, self.user)
    }
}

impl Peer {
    /// Who has connected: user and first group by `SO_PEERCRED`, the others as /proc shows them.
    ///
    /// # Errors
    /// When the kernel does not say.
    pub fn of(stream: &UnixStream) -> io::Result<Self> {
        let peer = rustix::net::sockopt::socket_peercred(stream)?;
        let (process, user) = (peer.pid.as_raw_pid(), peer.uid.as_raw());
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let mut groups = vec![peer.gid.as_raw()];
        groups.extend(groups_of(&status, user));
        Ok(Self {
            process,
            user,
            groups,
        })
    }

    /// Root may, so may whoever the helper runs as, and the members of the group.
    #[must_use]
    pub fn may_ask(&self, own: u32, group: Option<u32>) -> bool {
        self.user == 0
            || self.user == own
            || group.is_some_and(|group| self.groups.contains(&group))
    }
}

/// The groups in a /proc/PID/status, unless it is of another user: then the number has gone to another process.
fn groups_of(status: &str, user: u32) -> Vec<u32> {
    let numbers = |name: &str| -> Vec<u32> {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_default()
            .split_whitespace()
            .filter_map(|number| number.parse().ok())
            .collect()
    };
    // Real, effective, saved, file system.
    if numbers("Uid:").get(1) == Some(&user) {
        numbers("Groups:")
    } else {
        Vec::new()
    }
}

/// A group's number, by name in /etc/group or as a number.
#[must_use]
pub fn group(name: &str) -> Option<u32> {
    let known = std::fs::read_to_string("/etc/group").unwrap_or_default();
    let line = known.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(name)).then(|| fields.nth(1))?
    });
    line.unwrap_or(name).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATUS: &str = "Name:\tsmelt\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\nGroups:\t27 985 1000 \n";

    #[test]
    fn groups_count_only_for_the_user_who_connected() {
        assert_eq!(groups_of(STATUS, 1000), [27, 985, 1000]);
        assert_eq!(groups_of(STATUS, 1001), Vec::<u32>::new());
        assert_eq!(groups_of("", 1000), Vec::<u32>::new());
    }

    #[test]
    fn only_root_the_helpers_own_user_and_the_group_may_ask() {
        let peer = |user, groups: &[u32]| Peer {
            process: 7,
            user,
            groups: groups.to_vec(),
        };
        assert!(peer(0, &[0]).may_ask(0, None));
        assert!(peer(1000, &[1000]).may_ask(1000, None));
        assert!(peer(1000, &[1000, 985]).may_ask(0, Some(985)));
        assert!(!peer(1000, &[1000, 27]).may_ask(0, Some(985)));
        assert!(!peer(1000, &[1000]).may_ask(0, None));
    }
}
