using System.Globalization;
using System.Text;
using MailBackup.Model;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>Restores contacts, appointments and documents: plain files under the names that they had.</summary>
internal sealed class CollectionWriter(string directory, FolderKind kind, FileStatus owner) : FolderWriter(directory, kind, owner)
{
    private readonly FolderKind _kind = kind;

    protected override string TemporaryPrefix => TemporaryFile.HiddenPrefix;

    public override IEnumerable<string> ChangedDirectories() => [Directory];

    protected override async ValueTask<(string Name, string? Note)> ChooseNameAsync(RestoreItem item, CancellationToken token)
    {
        if (IsName(item.State.Key))
        {
            return (item.State.Key, null);
        }

        if (_kind == FolderKind.Files && IsName(item.State.Subject))
        {
            return (item.State.Subject, null);
        }

        string digest = await HexDigestAsync(item, token).ConfigureAwait(false);
        return (digest[..16] + (_kind switch { FolderKind.Contacts => ".vcf", FolderKind.Calendar => ".ics", _ => "" }), null);
    }

    protected override IEnumerable<string> Occupants(string name) => FileStatus.TryGet(Directory, name, out _, follow: false) ? [name] : [];

    protected override string Group(string name) => name;

    protected override string Variant(string name, ItemState state, string hexDigest, int attempt)
    {
        string extension = Path.GetExtension(name);
        string stem = name[..^extension.Length];
        string mark = _kind != FolderKind.Files ? "R" + hexDigest[..VariantLength(attempt)]
            : attempt == 0 ? string.Create(CultureInfo.InvariantCulture, $" (restored {state.Date.UtcDateTime:yyyy-MM-dd HH.mm.ss})")
            : $" (restored {hexDigest[..VariantLength(attempt)]})";
        while (FileNames.GetNativeLength(stem + mark + extension) > FileNames.MaximumLength && stem.Length > 1)
        {
            stem = stem[..^(char.IsLowSurrogate(stem[^1]) ? 2 : 1)];
        }

        return stem + mark + extension;
    }

    private bool IsName(string name) =>
        RestorePath.IsFileName(name) && CollectionFolders.IsItem(Encoding.UTF8.GetBytes(name), _kind);
}
