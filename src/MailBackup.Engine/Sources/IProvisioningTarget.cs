using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>A directory that takes entries back. Nothing that is there is ever changed or removed.</summary>
public interface IProvisioningTarget
{
    /// <summary>What the directory is, for people.</summary>
    string Description { get; }

    /// <summary>The entry of that kind and name as the directory has it now, or null.</summary>
    ValueTask<ProvisioningEntry?> FindAsync(ProvisioningKind kind, string name, CancellationToken token);

    /// <summary>
    /// Adds those entries that are missing, all in one change that is durable when the call returns. Entries stand before those that depend on them
    /// (a domain before its accounts). Errors: <c>DirectoryNotWritable</c>, and those of reading the directory; then nothing was added.
    /// </summary>
    /// <returns>What became of each, in their order.</returns>
    ValueTask<IReadOnlyList<ProvisioningResult>> AddAsync(IReadOnlyList<ProvisioningEntry> entries, CancellationToken token);
}

/// <summary>What became of one entry.</summary>
/// <param name="Added">False when one of that name, or under that distinguished name, was there and has been left alone.</param>
/// <param name="Note">What an administrator should know of it, a sentence; null when all went as asked.</param>
public sealed record ProvisioningResult(bool Added, string? Note = null);
