using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailBackup.Configuration;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>
/// Reads the small files of a backup path (map, <c>backupstat</c>, <c>config.json</c>, every <c>account_stat</c>) and looks for files that do not belong among
/// journals and bundles.
/// </summary>
internal sealed partial class FileCheck(BackupLayout layout, CheckFindings findings)
{
    public void Run()
    {
        if (layout.FindOwner() is { } owner)
        {
            Read(layout.Map(owner), json => BackupMapJson.Read(json), "Its name alone says whose the path is; 'mailbackup repair' writes it anew.");
        }

        Read(layout.BackupStat, json => BackupStatJson.Read(json), "'mailbackup repair' writes it anew.");
        if (File.Exists(layout.Configuration))
        {
            Read(layout.Configuration, json => NodeConfigurationJson.Read(json), "Correct the file, or delete it to begin with the defaults.");
        }

        CheckHolds();
        foreach (var account in layout.ListAccounts())
        {
            string path = layout.AccountStat(account);
            if (!File.Exists(path) || AccountStat.Read(layout, account) is null)
            {
                findings.Warning($"{path} is {(File.Exists(path) ? "not readable" : "missing")}: it only saves work, and the next scan tells it again from the journals.");
            }
        }

        FindStrays();
    }

    /// <summary>
    /// A journal of holds that is whole and yet shorter than it was, or out of which lines have been taken; what is damaged in it is found as in every journal.
    /// </summary>
    private void CheckHolds()
    {
        JournalPosition? end = null;
        if (File.Exists(layout.LegalHoldHead))
        {
            Read(layout.LegalHoldHead, json => end = JournalPositionJson.Read(json), "When legal_hold.jsonl has all holds, delete it; the next change of a hold writes it anew.");
        }

        bool taken = false;
        var journal = layout.LegalHold;
        var head = new JournalHead(end is null ? 0 : end.NextTransaction - 1, end?.Check ?? "");
        using var reader = JournalReader.From(journal, JournalPosition.Start, (_, _) => taken = true);
        while (reader.TryRead(out var line))
        {
            head.See(reader.NextTransaction - 1, line.Bytes.Span);
        }

        if (taken)
        {
            findings.Damaged(
                journal, null, journal.Segment(1),
                "Lines of the journal of legal holds are gone, or proved by nothing: an earlier repair could not do better. There may be a hold less, so nothing can be purged "
                + "until it is put back from a copy, or moved away with legal_hold.head and the holds placed again.");
        }
        else if (reader.State == JournalReaderState.AtEnd && head.State is HeadState.NotReached or HeadState.Different)
        {
            findings.Damaged(
                journal, null, journal.Segment(1),
                $"The journal of legal holds is not what it was after its last change: it had {head.Transaction} transactions, {reader.NextTransaction - 1} are left. Until it is whole again nothing can be purged.");
        }
    }

    private void Read(string path, Action<byte[]> read, string advice)
    {
        findings.Count(1);
        try
        {
            read(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            findings.Trouble(new ItemTrouble(ErrorIds.BackupFileDamaged, null, null, path, $"It cannot be read: {e.Message} {advice}"));
        }
    }

    private void FindStrays()
    {
        foreach (string file in Files(layout.Items))
        {
            var name = BundleName().Match(layout.Relative(file));
            if (!name.Success || layout.Bundle(int.Parse(name.Groups[1].ValueSpan, NumberStyles.HexNumber, CultureInfo.InvariantCulture)) != file)
            {
                findings.Stray(file, "not the name of a bundle");
            }
        }

        foreach (string file in Files(layout.Accounts))
        {
            string name = layout.Relative(file);
            if (name.EndsWith(".tmp", StringComparison.Ordinal) || !AccountFile().IsMatch(name) || (name.Contains("/journal/", StringComparison.Ordinal) && !SegmentName().IsMatch(name)))
            {
                findings.Stray(file, "not a file of an account");
            }
        }

        foreach (string file in Files(layout.Provisioning).Concat(Directory.EnumerateFiles(layout.Root)).Where(f => f.EndsWith(".tmp", StringComparison.Ordinal)))
        {
            findings.Stray(file, "left behind by a crash");
        }

        if (findings.StrayFiles.Count > 0)
        {
            findings.Warning(string.Create(
                CultureInfo.InvariantCulture,
                $"{findings.StrayFiles.Count} {(findings.StrayFiles.Count == 1 ? "file does" : "files do")} not belong into the backup path: {string.Join(", ", findings.StrayFiles.Take(5).Select(s => s.Path))}. Nothing reads them; --quarantine moves them out."));
        }
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];

    [GeneratedRegex("^items/[0-9a-f]+/([0-9a-f]{8})\\.gz$")]
    private static partial Regex BundleName();

    [GeneratedRegex("^accounts/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/")]
    private static partial Regex AccountFile();

    [GeneratedRegex("/journal/[0-9]{6,}\\.jsonl$")]
    private static partial Regex SegmentName();
}
