using System.Globalization;
using System.Text;

namespace MailBackup.Sources.Imap.Protocol;

/// <summary>Sets of UIDs as commands name them: <c>1:3,7</c> (RFC 9051 §9, <c>sequence-set</c>).</summary>
internal static class UidSet
{
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
}
