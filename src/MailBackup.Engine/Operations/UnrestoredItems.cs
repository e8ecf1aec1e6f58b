using System.Globalization;
using System.Text;

namespace MailBackup.Operations;

/// <summary>What a restore could not put back of one account: kept whole, so that exactly this can be restored again.</summary>
/// <param name="Items">Item ids, ascending.</param>
/// <param name="WholeAccount">The account ended early, so that more than <paramref name="Items"/> may be missing.</param>
public sealed record UnrestoredItems(string Account, IReadOnlyList<long> Items, bool WholeAccount = false)
{
    /// <summary><c>1255,1369,2000-2499</c>.</summary>
    public string Ids
    {
        get
        {
            var text = new StringBuilder();
            for (int i = 0; i < Items.Count;)
            {
                int end = i;
                while (end + 1 < Items.Count && Items[end + 1] == Items[end] + 1)
                {
                    end++;
                }

                text.Append(text.Length > 0 ? "," : "").Append(Items[i].ToString(CultureInfo.InvariantCulture));
                if (end > i)
                {
                    text.Append(end > i + 1 ? '-' : ',').Append(Items[end].ToString(CultureInfo.InvariantCulture));
                }

                i = end + 1;
            }

            return text.ToString();
        }
    }

    /// <summary>Reads what <see cref="Ids"/> writes. Throws <see cref="FormatException"/>.</summary>
    public static long[] ParseIds(string text)
    {
        var ids = new List<long>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            long first = Id(dash < 0 ? part : part[..dash]), last = dash < 0 ? first : Id(part[(dash + 1)..]);
            for (long id = first; id <= last; id++)
            {
                ids.Add(id);
            }
        }

        return [.. ids];

        static long Id(string digits) => long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
