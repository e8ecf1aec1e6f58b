using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>What a purge writes down costs what it writes, however long the log is; what a crash left torn at its end goes.</summary>
public sealed class PurgeLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly BackupLayout _layout;

    public PurgeLogTests()
    {
        BackupPathSetup.Initialize(_folder["backup"], Guid.NewGuid());
        _layout = new BackupLayout(_folder["backup"]);
        Append(JournalPosition.Start, 1, 2, 3);
    }

    private string Path => _layout.Purges.Segment(1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_the_catalog_has_followed_is_not_read_again()
    {
        var end = PurgeLog.Read(_layout, JournalPosition.Start).End;

        // Whoever read it again would find the damage.
        ChangeByte();
        Append(end, 4, 5);
        Assert.Equal([4, 5], Bundles(end));
        ChangeByte();
        Assert.Equal([1, 2, 3, 4, 5], Bundles(JournalPosition.Start));
    }

    [Fact]
    public void A_record_does_not_read_those_before_it()
    {
        var log = new PurgeLog(_layout, JournalPosition.Start);
        log.Append(Record(4));
        ChangeByte();
        log.Append(Record(5));
        ChangeByte();
        Assert.Equal([1, 2, 3, 4, 5], Bundles(JournalPosition.Start));
    }

    [Fact]
    public void A_torn_end_is_cut_off_and_the_chain_goes_on()
    {
        var end = PurgeLog.Read(_layout, JournalPosition.Start).End;
        File.AppendAllText(Path, "{\"tx\":4,\"start\":\"20");
        Append(end, 6);
        Assert.Equal([1, 2, 3, 6], Bundles(JournalPosition.Start));
        Assert.Single(Directory.GetFiles(_layout.Cut));
    }

    [Fact]
    public void A_place_that_the_log_does_not_have_is_not_believed()
    {
        var elsewhere = PurgeLog.Read(_layout, JournalPosition.Start).End with { Check = new string('A', LineChecksum.Length) };
        Append(elsewhere, 7);
        Assert.Equal([1, 2, 3, 7], Bundles(JournalPosition.Start));
        ChangeByte();
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => Append(elsewhere, 8)).ErrorId);
    }

    private static PurgeRecord Record(int bundle) => new(DateTimeOffset.UnixEpoch, [], [], [bundle]);

    private void Append(JournalPosition followed, params int[] bundles)
    {
        var log = new PurgeLog(_layout, followed);
        Array.ForEach(bundles, b => log.Append(Record(b)));
    }

    private int[] Bundles(JournalPosition from) => [.. PurgeLog.Read(_layout, from).Records.SelectMany(r => r.Bundles)];

    /// <summary>Damages the first line, or mends it.</summary>
    private void ChangeByte()
    {
        byte[] bytes = File.ReadAllBytes(Path);
        bytes[30] ^= 1;
        File.WriteAllBytes(Path, bytes);
    }
}
