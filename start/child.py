"""Becomes another program that dies with its parent and, when asked, does not run as root.

Run as a script: ``child.py PARENT_PID SIGNAL IDENTITY PROGRAM ARGUMENT...``. It asks the kernel
to send SIGNAL when the parent dies (Linux; elsewhere the next start clears up), takes on the
identity and replaces itself by the program. A script of its own, because doing this between
fork and exec of a threaded parent can deadlock.

Identities: ``self`` (whoever we are); ``mapped`` (root in a user namespace that calls it nobody:
files keep their owner, nothing is copied); ``nobody`` (a real change of user, for machines that
close user namespaces).
"""

import ctypes
import os
import pwd
import shutil
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
NOBODY = "nobody"


def enter_namespace_as_nobody() -> None:
    """Open a user namespace in which root is called nobody, which PostgreSQL accepts."""
    nobody = pwd.getpwnam(NOBODY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare: the kernel opens no user namespace")
    for path, text in (
        ("/proc/self/setgroups", "deny"),
        ("/proc/self/uid_map", f"{nobody.pw_uid} 0 1"),
        ("/proc/self/gid_map", f"{nobody.pw_gid} 0 1"),
    ):
        with open(path, "w") as target:
            target.write(text)


def become_nobody() -> None:
    """Change for good to the user nobody, its group and no other."""
    nobody = pwd.getpwnam(NOBODY)
    os.setgroups([])
    os.setgid(nobody.pw_gid)
    os.setuid(nobody.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask for the signal at the parent's death; end here if that was missed already."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)


def main() -> None:
    parent, signal_number, identity, *command = sys.argv[1:]
    # Found and imported now: afterwards Python's own folders may be out of reach.
    program = shutil.which(command[0])
    if program is None:
        sys.exit(f"{command[0]}: there is no such program")
    if identity == "mapped":
        enter_namespace_as_nobody()
    elif identity == "nobody":
        become_nobody()
    # After the change of identity: the kernel forgets the wish when credentials change.
    die_with_parent(int(parent), int(signal_number))
    os.execv(program, command)


if __name__ == "__main__":
    main()
