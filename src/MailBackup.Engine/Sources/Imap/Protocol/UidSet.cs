using System.Globalization;
using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>Sets of UIDs as commands name them: <c>1:3,7</c> (RFC 9051 §9, <c>sequence-set</c>).</summary>
internal static class UidSet
{
    /// <summary>The runs of a set, as they stand; a set from a server may name billions, so they are never counted out. Throws <see cref="ImapProtocolException"/>.</summary>
    public static List<(uint First, uint Last)> Parse(string text)
    {
        var runs = new List<(uint First, uint Last)>();
        foreach (string part in text.Split(','))
        {
            int colon = part.IndexOf(':', StringComparison.Ordinal);
            uint first = Number(colon < 0 ? part : part[..colon]), last = colon < 0 ? first : Number(part[(colon + 1)..]);
            runs.Add((Math.Min(first, last), Math.Max(first, last)));
        }

        return runs;

        static uint Number(string digits) => uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out uint n) && n > 0
            ? n : throw new ImapProtocolException("the server names an impossible set of messages");
    }

    /// <param name="uids">In any order; runs of ascending neighbours are drawn together.</param>
    public static string Format(IEnumerable<uint> uids)
    {
        var text = new StringBuilder();
        uint first = 0, last = 0;
        foreach (uint uid in uids)
        {
            if (first != 0 && uid == last + 1)
            {
                last = uid;
                continue;
            }

            Flush();
            first = last = uid;
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            if (first != 0)
            {
                text.Append(text.Length > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"{first}");
                if (last > first)
                {
                    text.Append(CultureInfo.InvariantCulture, $":{last}");
                }
            }
        }
    }

    /// <summary>The UIDs in the order that the set names them; null for what is no such set, or names more than <paramref name="most"/>.</summary>
    public static List<uint>? Parse(string text, int most)
    {
        var uids = new List<uint>();
        foreach (string part in text.Split(','))
        {
            var ends = part.Split(':');
            if (ends.Length > 2 || !TryUid(ends[0], out uint first) || !TryUid(ends[^1], out uint last) || last < first || last - first >= (uint)(most - uids.Count))
            {
                return null;
            }

            for (uint uid = first; uid <= last && uid != 0; uid++)
            {
                uids.Add(uid);
            }
        }

        return uids;

        static bool TryUid(string word, out uint uid) => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uid) && uid != 0;
    }
}
