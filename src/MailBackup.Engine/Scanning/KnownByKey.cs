using MailBackup.Sources;

namespace MailBackup.Scanning;

/// <summary>
/// Known items of one folder, to be found by what the source lists there. Two of them may share the part of their names that stays (files copied by hand or merged from
/// two servers, copies of a mail in one IMAP folder): then the whole name tells them apart, or else the date.
/// </summary>
internal sealed class KnownByKey
{
    private readonly IMailSource _source;
    private readonly FolderKind _kind;
    private readonly Dictionary<string, KnownItem> _items = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<KnownItem>> _twins = new(StringComparer.Ordinal);

    public KnownByKey(IMailSource source, FolderKind kind, IEnumerable<KnownItem> items)
    {
        (_source, _kind) = (source, kind);
        foreach (var item in items)
        {
            string stable = source.StableKeyOf(kind, item.Key);
            if (!_items.TryAdd(stable, item))
            {
                (_twins.TryGetValue(stable, out var twins) ? twins : _twins[stable] = []).Add(item);
            }
        }
    }

    /// <summary>What nothing that was listed has been matched with.</summary>
    public IEnumerable<KnownItem> Rest => _items.Values.Concat(_twins.Values.SelectMany(t => t));

    /// <summary>
    /// Gives each listed item with the known one that it is, which is taken out; null when none is. Those that can only be one of another name and another date come last,
    /// when all others of the folder have been matched.
    /// </summary>
    public async IAsyncEnumerable<(SourceItem Item, KnownItem? Known)> MatchAsync(IAsyncEnumerable<SourceItem> listed)
    {
        var unsure = new List<SourceItem>();
        await foreach (var item in listed.ConfigureAwait(false))
        {
            string stable = _source.StableKeyOf(_kind, item.Key);
            if (!_items.TryGetValue(stable, out var first))
            {
                yield return (item, null);
            }
            else if ((Candidates(stable, first).FirstOrDefault(k => k.Key == item.Key) ?? Likest(Same(stable, item), item)) is { } sure)
            {
                yield return (item, Remove(stable, sure));
            }
            else if (Same(stable, item).Any())
            {
                unsure.Add(item);
            }
            else
            {
                yield return (item, null);
            }
        }

        foreach (var item in unsure)
        {
            string stable = _source.StableKeyOf(_kind, item.Key);
            yield return (item, Same(stable, item).FirstOrDefault() is { } any ? Remove(stable, any) : null);
        }
    }

    /// <summary>The one that an item of another folder is, going by name and date; it is taken out. Null when none is.</summary>
    /// <param name="marked">Only one with the same flags and keywords: of several that were moved together each is itself then.</param>
    public KnownItem? TakeMoved(SourceItem item, bool marked)
    {
        string stable = _source.StableKeyOf(_kind, item.Key);
        return _items.TryGetValue(stable, out var first) && Likest(Candidates(stable, first), item) is { } moved && (!marked || moved.IsMarkedAs(item))
            ? Remove(stable, moved)
            : null;
    }

    /// <summary>Of those with its date one with its flags and keywords, or else any.</summary>
    private static KnownItem? Likest(IEnumerable<KnownItem> candidates, SourceItem item)
    {
        KnownItem? likest = null;
        foreach (var known in candidates.Where(k => k.Date == item.Date))
        {
            if (known.IsMarkedAs(item))
            {
                return known;
            }

            likest ??= known;
        }

        return likest;
    }

    private IEnumerable<KnownItem> Same(string stable, SourceItem item) =>
        _items.TryGetValue(stable, out var first) ? Candidates(stable, first).Where(k => _source.MayBeSame(k.Key, item.Key)) : [];

    private IEnumerable<KnownItem> Candidates(string stable, KnownItem first) => _twins.TryGetValue(stable, out var twins) ? twins.Prepend(first) : [first];

    private KnownItem Remove(string stable, KnownItem item)
    {
        if (!_twins.TryGetValue(stable, out var twins))
        {
            _items.Remove(stable);
            return item;
        }

        if (!twins.Remove(item))
        {
            _items[stable] = twins[0];
            twins.RemoveAt(0);
        }

        if (twins.Count == 0)
        {
            _twins.Remove(stable);
        }

        return item;
    }
}
