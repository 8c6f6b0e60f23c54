//! Other people's programs: found, started without privilege, ended with their owner.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// True where the tests run as root, as in most build containers.
pub fn is_root() -> bool {
    // The owner of /proc/self is the effective user; asking it needs neither libc nor `unsafe`.
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("/proc")) == 0
}

/// The newest PostgreSQL tool of that name: Debian keeps them outside PATH.
pub fn postgres_tool(name: &str) -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    versions.sort_by_key(|path| {
        path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse::<u32>().ok())
    });
    let debian = versions.into_iter().rev().map(|version| version.join("bin").join(name));
    debian.chain(in_path(name)).find(|path| path.exists())
}

/// The program of that name in PATH or one of the system directories that an ordinary PATH leaves out.
pub fn program(name: &str) -> Option<PathBuf> {
    in_path(name)
        .chain([Path::new("/usr/sbin").join(name), Path::new("/sbin").join(name)])
        .find(|path| path.exists())
}

fn in_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|directory| directory.join(name)).collect::<Vec<_>>().into_iter()
}

/// A command that drops to `user` when the tests run as root, else runs as it is.
pub fn unprivileged(user: &str, program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", user, "--regid", user, "--clear-groups", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// A command that rises to root where sudo allows it without a password.
pub fn privileged(program: &Path) -> Command {
    if is_root() {
        Command::new(program)
    } else {
        let mut command = Command::new("sudo");
        command.args(["-n", "--"]).arg(program);
        command
    }
}

/// Runs a command to its end and returns what it said.
///
/// # Panics
/// With the command and both its outputs when it fails.
pub fn must(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} ended with {}:\n{out}{err}", output.status);
    out.into_owned()
}

/// A child that is killed and reaped when its owner goes.
#[derive(Debug)]
pub struct Kept(pub Child);

impl Drop for Kept {
    fn drop(&mut self) {
        // Gone already is what we want; there is nobody to tell in a drop.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
