namespace MailBackup.Cmdlets.Running;

/// <summary>Accounts of the live server that come down a pipeline, by backup path: what is done with them is done once a path.</summary>
internal sealed class GatheredAccounts
{
    private readonly OrderedDictionary<string, (List<string> Accounts, bool Named)> _byPath = [];

    /// <param name="path">Backup path.</param>
    /// <param name="named">Whether names or wildcards were given at all.</param>
    /// <param name="accounts">What they mean.</param>
    public void Add(string path, bool named, IEnumerable<string> accounts)
    {
        var known = _byPath.TryGetValue(path, out var before) ? before : ([], false);
        known.Accounts.AddRange(accounts.Except(known.Accounts, StringComparer.OrdinalIgnoreCase));
        _byPath[path] = (known.Accounts, known.Named || named);
    }

    /// <summary>No accounts for every account. Names that nobody answers to must not become every account: such a path is left out.</summary>
    public IEnumerable<(string Path, IReadOnlyList<string> Accounts)> All =>
        _byPath.Where(p => p.Value.Accounts.Count > 0 || !p.Value.Named).Select(p => (p.Key, (IReadOnlyList<string>)p.Value.Accounts));
}
