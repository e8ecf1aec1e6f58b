using MailBackup.Sources.Imap.Connection;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Reading;

/// <summary>
/// What a server keeps with folders besides their messages: shares (ACL, RFC 4314) and annotations (METADATA, RFC 5464). No change token tells of them, so they
/// are asked for at each visit, all folders in one go.
/// </summary>
/// <param name="owner">What the account itself is called in access lists.</param>
internal sealed class FolderDetails(ImapConnection connection, IReadOnlySet<string> owner)
{
    /// <summary>Attribute of a shared folder: a line <c>identifier rights</c> for each who has rights, its owner left out, sorted by ordinal.</summary>
    public const string Acl = "acl";

    /// <summary>What attributes of annotations begin with: <c>metadata:/private/comment</c>.</summary>
    public const string Metadata = "metadata:";

    private const int AtOnce = 50;

    /// <summary>What servers keep there for themselves: it changes by itself, or is known from elsewhere.</summary>
    private static readonly string[] Own = ["/shared/vendor/cmu/", "/private/vendor/cmu/", "/shared/vendor/vendor.dovecot/", "/private/vendor/vendor.dovecot/", "/private/specialuse"];

    private readonly Dictionary<string, SortedDictionary<string, string>> _attributes = new(StringComparer.Ordinal);

    /// <summary>Attributes by the names of folders as the server writes them. Throws <see cref="ImapException"/>.</summary>
    public async Task<IReadOnlyDictionary<string, SortedDictionary<string, string>>> ListAsync(IReadOnlyList<string> folders)
    {
        var questions = new List<string>();
        if (connection.Capabilities.Has("ACL"))
        {
            questions.Add("GETACL {0}");
        }

        if (connection.Capabilities.Has("METADATA"))
        {
            questions.Add("GETMETADATA (DEPTH infinity) {0} (/private /shared)");
        }

        // Few enough at a time that neither side fills its buffers while the other writes.
        foreach (string[] some in folders.Chunk(AtOnce))
        {
            var tags = some.SelectMany(f => questions.Select(q => connection.Send(q.Replace("{0}", ImapCommand.Quote(f), StringComparison.Ordinal)))).ToList();
            ImapCommandException? later = null;
            foreach (string tag in tags)
            {
                try
                {
                    await connection.WaitAsync(tag, Take, passOver: true).ConfigureAwait(false);
                }
                catch (ImapCommandException e)
                {
                    // No right to know is an answer. "Later" is none: taken for one, a share would look as if it had been withdrawn.
                    later = Backoff.IsTransient(e) ? e : later;
                }
            }

            if (later is not null)
            {
                throw later;
            }
        }

        return _attributes;
    }

    private void Take(ReadOnlySpan<byte> text)
    {
        var line = ResponseLine.Parse(text);
        if (!line.IsUntagged)
        {
            return;
        }

        if (line.Is("ACL"u8))
        {
            var acl = AclData.Parse(line.Body);
            string[] others = [.. acl.Entries.Where(e => !owner.Contains(e.Identifier) && e.Rights.Length > 0).Select(e => $"{e.Identifier} {e.Rights}").Order(StringComparer.Ordinal)];
            if (others.Length > 0)
            {
                Of(acl.Folder)[Acl] = string.Join('\n', others);
            }
        }
        else if (line.Is("METADATA"u8))
        {
            var data = MetadataData.Parse(line.Body);
            foreach (var (name, value) in data.Entries.Where(e => !IsOwn(e.Name)))
            {
                Of(data.Folder)[Metadata + name] = value;
            }

            // Said, not left out in silence: it would look as if somebody had removed it.
            foreach (var (name, length) in data.PassedOver.Where(e => !IsOwn(e.Name)))
            {
                Of(data.Folder)[SourceFolder.LargeAnnotation + name] = length.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }
        }
    }

    private static bool IsOwn(string name) => Array.Exists(Own, o => name.StartsWith(o, StringComparison.OrdinalIgnoreCase));

    private SortedDictionary<string, string> Of(string folder)
    {
        if (!_attributes.TryGetValue(folder, out var attributes))
        {
            _attributes[folder] = attributes = new(StringComparer.Ordinal);
        }

        return attributes;
    }
}
