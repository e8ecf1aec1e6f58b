namespace MailBackup.Tests.Faults;

/// <summary>What happens at one change of the disk.</summary>
internal enum Fault
{
    None,

    /// <summary>SIGKILL: what was written stays readable, and not yet durable.</summary>
    Kill,

    /// <summary>What was not synced is lost, in part or whole, in any order, torn anywhere.</summary>
    PowerFailure,

    /// <summary>ENOSPC behind a part of the write, and for everything that needs room until the operation ends.</summary>
    NoSpace,

    /// <summary>EIO, once. After a failed sync the disk never had what was to be synced, though the system's cache shows it.</summary>
    InputOutput,
}
