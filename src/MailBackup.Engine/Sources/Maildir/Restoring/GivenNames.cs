namespace MailBackup.Sources.Maildir.Restoring;

/// <summary>
/// The names that this restore has made up, out of content and date. Two messages that are equal in both are still two, so the second gets a number: always
/// the same one, in whatever restore they come together. Names and keys are held as 64-bit hashes; two that fell together would only cost a number. Any thread.
/// </summary>
internal sealed class GivenNames
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, ulong> _first = [];
    private readonly Dictionary<ulong, List<ulong>> _further = [];

    /// <summary>How many other messages had the name before: 0 for the first.</summary>
    /// <param name="key">The message's own key where it came from; asked again with the same, it gets the same number. Empty: always another message.</param>
    public int Number(string directory, string name, string key)
    {
        ulong given = NameHash.Of(directory, name);
        ulong one = key.Length > 0 ? NameHash.Of(key, "") : 0;
        lock (_gate)
        {
            if (_first.TryAdd(given, one) || (one != 0 && _first[given] == one))
            {
                return 0;
            }

            if (!_further.TryGetValue(given, out var others))
            {
                _further[given] = others = [];
            }

            if (one == 0 || others.IndexOf(one) is not (>= 0 and var known))
            {
                others.Add(one);
                return others.Count;
            }

            return known + 1;
        }
    }
}
