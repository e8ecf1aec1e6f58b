using MailBackup.Sources;

namespace MailBackup.Tests.Support;

/// <summary>A source at which a scan can be held, or something be done, before it lists the folders of an account, or opens the content of an item.</summary>
public sealed class GatedSource(IMailSource inner) : IMailSource
{
    /// <summary>Called with the account's name before its folders are listed.</summary>
    public Func<string, Task>? BeforeListing { get; set; }

    /// <summary>Called with the account's name when its folders have been listed.</summary>
    public Action<string>? AfterListing { get; set; }

    /// <summary>Called with the account's name before an item of it is opened.</summary>
    public Func<string, Task>? BeforeOpening { get; set; }

    public string Description => inner.Description;

    public bool KnowsCopies => inner.KnowsCopies;

    public bool MailboxesAreChosen => inner.MailboxesAreChosen;

    public IRestoreTarget? RestoreTarget => inner.RestoreTarget;

    public IProvisioningTarget? ProvisioningTarget => inner.ProvisioningTarget;

    public ValueTask<ProvisioningSnapshot?> ReadProvisioningAsync(string? knownToken, CancellationToken token) => inner.ReadProvisioningAsync(knownToken, token);

    public ValueTask<IReadOnlyList<string>> ListMailboxesAsync(CancellationToken token) => inner.ListMailboxesAsync(token);

    public void ExpectAccounts(IReadOnlyList<string> accounts) => inner.ExpectAccounts(accounts);

    public void Forget(string account) => inner.Forget(account);

    public async ValueTask<IReadOnlyList<SourceFolder>> ListFoldersAsync(string account, CancellationToken token)
    {
        await (BeforeListing?.Invoke(account) ?? Task.CompletedTask).WaitAsync(token);
        var folders = await inner.ListFoldersAsync(account, token);
        AfterListing?.Invoke(account);
        return folders;
    }

    public IAsyncEnumerable<SourceItem> ListItemsAsync(string account, SourceFolder folder, CancellationToken token) => inner.ListItemsAsync(account, folder, token);

    public ValueTask<FolderChanges?> ListChangesAsync(string account, SourceFolder folder, string since, IReadOnlyCollection<string> known, CancellationToken token) =>
        inner.ListChangesAsync(account, folder, since, known, token);

    public ValueTask<IReadOnlyList<SourceHeader>> ReadHeadersAsync(string account, SourceFolder folder, IReadOnlyList<SourceItem> items, CancellationToken token) =>
        inner.ReadHeadersAsync(account, folder, items, token);

    public ValueTask<IReadOnlyList<SourceItem>?> ListNamedAsync(string account, SourceFolder folder, IReadOnlyCollection<string> keys, CancellationToken token) =>
        inner.ListNamedAsync(account, folder, keys, token);

    public IReadOnlyList<string> KeyPrefixes(FolderKind kind, string stableKey) => inner.KeyPrefixes(kind, stableKey);

    public ValueTask<bool> IsGoneAsync(string account, CancellationToken token) => inner.IsGoneAsync(account, token);

    public async ValueTask<SourceContent?> OpenAsync(string account, SourceFolder folder, SourceItem item, CancellationToken token)
    {
        await (BeforeOpening?.Invoke(account) ?? Task.CompletedTask).WaitAsync(token);
        return await inner.OpenAsync(account, folder, item, token);
    }

    public string StableKeyOf(FolderKind kind, string key) => inner.StableKeyOf(kind, key);

    public bool MayBeSame(string recorded, string listed) => inner.MayBeSame(recorded, listed);

    public bool KeysAreCurrent => inner.KeysAreCurrent;

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
