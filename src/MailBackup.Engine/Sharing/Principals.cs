using MailBackup.Model;
using MailBackup.Sources;

namespace MailBackup.Sharing;

/// <summary>Whom folders can be shared with: the accounts with their aliases and the lists of the directory, or the accounts of the source where there is no directory.</summary>
internal sealed class Principals
{
    private static readonly string[] NameAttributes = ["mail", "uid", "zimbraMailAlias", "mailAlternateAddress", "mailLocalAddress"];

    private readonly HashSet<string> _users = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _lists = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _byId = new(StringComparer.OrdinalIgnoreCase);
    private readonly IFolderSharing _sharing;
    private readonly bool _hasDirectory;

    private Principals(IFolderSharing sharing, IReadOnlyList<ProvisioningEntry>? entries, IReadOnlyList<string> mailboxes)
    {
        (_sharing, _hasDirectory) = (sharing, entries is not null);
        foreach (string mailbox in mailboxes)
        {
            Add(_users, mailbox);
        }

        foreach (var entry in entries ?? [])
        {
            if (entry.Kind is not (ProvisioningKind.Account or ProvisioningKind.DistributionList))
            {
                continue;
            }

            var names = entry.Kind == ProvisioningKind.Account ? _users : _lists;
            Add(names, entry.Name);
            foreach (string name in NameAttributes.SelectMany(a => entry.Attributes.TryGetValue(a, out var values) ? values : []))
            {
                Add(names, name);
            }

            if (entry.Id is { } id && entry.Kind == ProvisioningKind.Account)
            {
                _byId[id] = entry.Name;
            }
        }
    }

    /// <summary>Errors: those of the source.</summary>
    public static async Task<Principals> ReadAsync(IMailSource source, IFolderSharing sharing, CancellationToken token)
    {
        var directory = await source.ReadProvisioningAsync(null, token).ConfigureAwait(false);
        var mailboxes = await source.ListMailboxesAsync(token).ConfigureAwait(false);
        return new Principals(sharing, directory?.Entries, mailboxes);
    }

    /// <summary>Why a share with this identifier leads nowhere, a sentence; null when it is all right, or cannot be told.</summary>
    public string? Trouble(string identifier)
    {
        var grantee = Identifier.Parse(identifier);
        if (_sharing.IsReserved(grantee.Name) || _users.Contains(grantee.Name) || _lists.Contains(grantee.Name))
        {
            return null;
        }

        // Groups of a server need not be lists of the directory, and without one nothing is known of them.
        return grantee.IsGroup ? (_hasDirectory ? $"no list of the directory is called {grantee.Name}" : null)
            : _hasDirectory ? $"neither an account nor a list is called {grantee.Name}"
            : $"{grantee.Name} is none of the source's accounts, and there is no directory to ask";
    }

    /// <summary>The address of the account with this id of the directory, or null.</summary>
    public string? AccountOf(string id) => _byId.GetValueOrDefault(id);

    /// <summary>Servers call users by their address, or by the part before the domain.</summary>
    private static void Add(HashSet<string> names, string name)
    {
        names.Add(name);
        if (name.IndexOf('@', StringComparison.Ordinal) is > 0 and var at)
        {
            names.Add(name[..at]);
        }
    }
}
