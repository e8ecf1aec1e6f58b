using System.Globalization;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Repairing;

/// <summary>The salvage of a journal in a sentence.</summary>
internal static class SalvageText
{
    public static string Of(JournalFile journal, string? account, SalvageReport report)
    {
        var parts = new List<string>(4);
        Add(parts, report.Corrected.ConvertAll(n => (n, n)), "put right");
        Add(parts, report.Fetched.ConvertAll(n => (n, n)), "had again from a copy");
        Add(parts, report.Unproved.ConvertAll(n => (n, n)), "kept, though no checksum proves it (it, or the line before it, was altered)");
        Add(parts, report.Lost, "lost");
        string what = parts.Count > 0 ? string.Join("; ", parts) : report.Changed ? "no transaction was concerned" : "nothing was to be done";
        return $"Journal {journal.Name}{(account is null ? "" : $" ({account})")}: {what}.";
    }

    private static void Add(List<string> parts, List<(long First, long Last)> runs, string what)
    {
        if (runs.Count > 0)
        {
            string shown = string.Join(", ", runs.Take(8).Select(r => r.First == r.Last
                ? r.First.ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{r.First} to {r.Last}")));
            parts.Add($"transaction {shown}{(runs.Count > 8 ? ", …" : "")} {what}");
        }
    }
}
