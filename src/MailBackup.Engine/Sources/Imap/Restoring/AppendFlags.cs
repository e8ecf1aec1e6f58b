using MailBackup.Model;
using MailBackup.Sources.Imap.Protocol;

namespace MailBackup.Sources.Imap.Restoring;

/// <summary>What of an item's flags and keywords a folder can be given.</summary>
/// <param name="Names">Flags that every server knows.</param>
/// <param name="Keywords">Keywords that the folder has room for, <c>$Forwarded</c> among them.</param>
/// <param name="Unkept">Keywords that it has no room for, or that no command can carry.</param>
internal sealed record AppendFlags(IReadOnlyList<string> Names, IReadOnlyList<string> Keywords, IReadOnlyList<string> Unkept)
{
    public static AppendFlags Of(ItemState state, FolderContents contents)
    {
        var all = ImapFlags.Names(state.Flags).Concat(state.Tags).ToList();
        var names = all.Where(n => n.StartsWith('\\') && !state.Tags.Contains(n)).ToList();
        var keywords = all.Except(names).Where(ImapFlags.IsKeyword).ToList();
        var unkept = contents.Unkept(keywords);
        return new AppendFlags(
            names, [.. keywords.Except(unkept, StringComparer.Ordinal)], [.. unkept, .. state.Tags.Where(t => !ImapFlags.IsKeyword(t))]);
    }
}
