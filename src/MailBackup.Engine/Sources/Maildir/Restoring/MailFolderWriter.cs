using System.Globalization;
using MailBackup.Model;
using MailBackup.Sources.Maildir.Posix;

namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// Restores messages: by way of <c>tmp</c> into <c>cur</c> or <c>new</c>, under the very name that they had, with keyword letters as this
/// folder has them.
/// </summary>
/// <param name="given">The names that the restore has made up.</param>
internal sealed class MailFolderWriter(string directory, FileStatus owner, GivenNames given) : FolderWriter(directory, FolderKind.Mail, owner)
{
    private const string UidListName = "dovecot-uidlist";

    private FolderIndex? _index;
    private KeywordFile? _keywords;
    private (long, ulong) _keywordsSeen;

    protected override string TemporaryPrefix => MessageName.Temporary;

    public override IEnumerable<string> ChangedDirectories() => [Directory + "/cur", Directory + "/new"];

    protected override async ValueTask<(string Name, string? Note)> ChooseNameAsync(RestoreItem item, CancellationToken token)
    {
        var state = item.State;
        string? dropped = await AddKeywordsAsync(state.Tags, token).ConfigureAwait(false);
        var keywords = _keywords!;
        string part = state.Key.StartsWith(MessageName.New, StringComparison.Ordinal) ? MessageName.New : MessageName.Current;
        string name = state.Key.Length > part.Length ? state.Key[part.Length..] : "";
        bool ours = state.Key.StartsWith(part, StringComparison.Ordinal) && RestorePath.IsFileName(name) && name[0] != '.';
        if (!ours)
        {
            // From a server of another kind. Made of content and date alone, so that it is found again if the restore is repeated.
            string digest = await HexDigestAsync(item, token).ConfigureAwait(false);
            part = MessageName.Current;
            name = string.Create(CultureInfo.InvariantCulture, $"{state.Date.ToUnixTimeSeconds()}.R{digest[..16]}");
            int twins = given.Number(Directory, name, state.Key);
            name += twins == 0 ? ".mailbackup" : string.Create(CultureInfo.InvariantCulture, $"-{twins + 1}.mailbackup");
        }

        uint wanted = 0;
        foreach (string tag in state.Tags)
        {
            wanted |= keywords.IndexOf(tag) is var index and >= 0 ? 1u << index : 0;
        }

        string letters = MessageName.Letters(name).ToString();
        bool exact = ours && MessageName.Flags(letters) == state.Flags && SameKeywords(keywords, MessageName.KeywordBits(letters), wanted);
        if (!exact)
        {
            string stable = MessageName.StablePart(name).ToString();
            string all = state.Flags.ToLetters() + KeywordLetters(wanted);

            // Only cur has room for flags.
            part = all.Length > 0 ? MessageName.Current : part;
            name = part == MessageName.Current ? stable + ":2," + all : stable;
        }

        return (part + name, dropped is null ? null : $"The folder has no letter left for the keywords {dropped}.");
    }

    /// <summary>The name that a message of this folder has once its flags and keywords are the wanted ones, and what does not fit into it.</summary>
    public ValueTask<(string Name, string? Note)> ChooseNameAsync(string key, ItemState wanted, CancellationToken token) =>
        ChooseNameAsync(new RestoreItem(wanted with { Key = key }, _ => throw new InvalidOperationException("The message has its content.")), token);

    protected override IEnumerable<string> Occupants(string name)
    {
        if (_index is not { IsCurrent: true })
        {
            _index = FolderIndex.Read(Directory);
        }

        return [.. _index.Find(Group(name))];
    }

    protected override bool LookAgain()
    {
        _index = null;
        return true;
    }

    protected override string Group(string name) => MessageName.StablePart(name.AsSpan(MessageName.Current.Length)).ToString();

    protected override string Variant(string name, ItemState state, string hexDigest, int attempt)
    {
        // Before the fields of the name, so that what they say is still read.
        int end = name.AsSpan(MessageName.Current.Length).IndexOfAny(',', ':');
        end = end < 0 ? name.Length : end + MessageName.Current.Length;
        return name.Insert(end, "R" + hexDigest[..VariantLength(attempt)]);
    }

    protected override void OnAdded(string name) => _index?.Add(name);

    protected override void OnPublished(bool asPlanned)
    {
        if (asPlanned)
        {
            _index?.AcceptTimes();
        }
        else
        {
            _index = null;
        }
    }

    // A letter without a name in this folder says nothing; it may stay.
    private static bool SameKeywords(KeywordFile keywords, uint letters, uint wanted)
    {
        for (int i = 0; i < MessageName.KeywordLetters; i++)
        {
            uint bit = 1u << i;
            if ((letters & bit) != (wanted & bit) && ((wanted & bit) != 0 || keywords.Names(bit).Count > 0))
            {
                return false;
            }
        }

        return true;
    }

    private static string KeywordLetters(uint bits)
    {
        var letters = Enumerable.Range(0, MessageName.KeywordLetters).Where(i => (bits & (1u << i)) != 0).Select(i => (char)('a' + i));
        return string.Concat(letters);
    }

    /// <summary>Makes room for the tags in the folder's keywords; returns those that found none.</summary>
    private async ValueTask<string?> AddKeywordsAsync(IReadOnlyList<string> tags, CancellationToken token)
    {
        FileStatus.TryGet(Directory, KeywordFile.FileName, out var status);
        if (_keywords is null || _keywordsSeen != (status.Modified, status.Inode))
        {
            _keywords = KeywordFile.Read(Directory);
            _keywordsSeen = (status.Modified, status.Inode);
        }

        if (tags.All(t => _keywords.IndexOf(t) >= 0))
        {
            return null;
        }

        // Dovecot changes the keywords only while it holds the lock of its list of messages; what we hold as well cannot change under us.
        using var list = await DotLock.AcquireAsync(Directory, UidListName, Owner, token).ConfigureAwait(false);
        using var file = await DotLock.AcquireAsync(Directory, KeywordFile.FileName, Owner, token).ConfigureAwait(false);
        _keywords = KeywordFile.Read(Directory);
        _keywordsSeen = default;
        var missing = tags.Where(t => _keywords.IndexOf(t) < 0).ToList();
        var dropped = missing.Where(t => !IsKeyword(t) || !_keywords.TryAdd(t)).ToList();
        if (dropped.Count < missing.Count)
        {
            file.Replace(_keywords.ToBytes());
        }

        return dropped.Count == 0 ? null : string.Join(", ", dropped);
    }

    private static bool IsKeyword(string tag) => tag.Length > 0 && !tag.Any(c => char.IsControl(c) || char.IsWhiteSpace(c));
}
