using MailBackup.Model;

namespace MailBackup.Sources;

/// <summary>A directory that takes entries back. Nothing that is there is ever changed or removed, but the one attribute that is asked for.</summary>
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

    /// <summary>Adds entries below those of accounts (data sources), under the same terms.</summary>
    ValueTask<IReadOnlyList<ProvisioningResult>> AddChildrenAsync(IReadOnlyList<ProvisioningChild> children, CancellationToken token);
    /// <summary>
    /// Changes the values of one attribute of an entry, durable when the call returns; everything else of the directory stays as it is. Errors:
    /// <c>DirectoryNotWritable</c>, and those of reading the directory; then nothing was changed.
    /// </summary>
    /// <param name="change">Gives the new values for those that are there now; the same list for no change. May be asked again.</param>
    /// <returns>Whether anything changed; null when there is no such entry.</returns>
    ValueTask<bool?> SetAttributeAsync(
        ProvisioningKind kind, string name, string attribute, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken token);
}

/// <summary>An entry below an account's own.</summary>
/// <param name="Account">Address of the account.</param>
/// <param name="Relative">The entry's name below the account's (<c>cn=old mailbox</c>).</param>
public sealed record ProvisioningChild(string Account, string Relative, ProvisioningAttributes Attributes);

/// <summary>What became of one entry.</summary>
/// <param name="Added">False when one of that name, or under that distinguished name, was there and has been left alone.</param>
/// <param name="Note">What an administrator should know of it, a sentence; null when all went as asked.</param>
public sealed record ProvisioningResult(bool Added, string? Note = null);
