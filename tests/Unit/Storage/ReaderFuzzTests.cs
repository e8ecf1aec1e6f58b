using System.Buffers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MailBackup.Maintenance.Repairing;
using MailBackup.Model;
using MailBackup.Sources;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

/// <summary>Whatever a file has become: no error but one of ours, no end that does not come, nothing that was never written, and no damage unseen.</summary>
public sealed class ReaderFuzzTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly JournalFile _journal;
    private readonly BackupLayout _layout;

    public ReaderFuzzTests()
    {
        _journal = new JournalFile("00000000-0000-0000-0000-000000000001/journal", n => _folder[$"accounts/j/{n:d6}.jsonl"], Segmented: true);
        _layout = new BackupLayout(_folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_journal_gives_only_lines_that_were_written()
    {
        byte[] valid = WriteJournal(12, purged: [4, 5, 9]);
        var written = Lines().ToHashSet(StringComparer.Ordinal);
        int whole = written.Count;
        Mutations.Run(2500, random =>
        {
            byte[] broken = Mutations.Mutate(random, valid);
            File.WriteAllBytes(_journal.Segment(1), broken);
            using var reader = JournalReader.From(_journal, JournalPosition.Start);
            int read = 0;
            try
            {
                while (reader.TryRead(out var line))
                {
                    Assert.Contains(Encoding.UTF8.GetString(line.Bytes.Span), written);
                    read++;
                }
            }
            catch (MailBackupException e) when (e.ErrorId == ErrorIds.BackupPathFormatTooNew)
            {
                return;
            }

            // At its end without a word: then it is a journal cut between two lines, which its head elsewhere shows.
            Assert.True(
                reader.State is JournalReaderState.Torn or JournalReaderState.Damaged || broken.AsSpan().SequenceEqual(valid.AsSpan(0, Math.Min(broken.Length, valid.Length))),
                $"{reader.State} after {read} of {whole} lines.");
        });
    }

    /// <summary>What salvage leaves is a journal that reads to its end, of lines that were written and of those that it told as unproved.</summary>
    [Fact]
    public void Salvage_ends_in_a_whole_journal_and_invents_nothing()
    {
        byte[] valid = WriteJournal(12, purged: [4, 5, 9]);
        var written = Lines().Select(Payload).ToHashSet(StringComparer.Ordinal);
        using var intact = JournalReader.From(_journal, JournalPosition.Start);
        while (intact.TryRead(out _))
        {
        }

        var head = intact.Position;
        Mutations.Run(120, random =>
        {
            File.WriteAllBytes(_journal.Segment(1), Mutations.Mutate(random, valid));
            using var quarantine = new QuarantineFolder(_layout);
            var report = new JournalSalvage(_journal, head, [], quarantine).Run(default);
            using var reader = JournalReader.From(_journal, JournalPosition.Start);
            while (reader.TryRead(out var line))
            {
                Assert.True(
                    written.Contains(Payload(Encoding.UTF8.GetString(line.Bytes.Span))) || report.Unproved.Contains(reader.NextTransaction - 1),
                    $"transaction {reader.NextTransaction - 1} was never written");
            }

            Assert.Equal((JournalReaderState.AtEnd, head.NextTransaction), (reader.State, reader.NextTransaction));
        });
    }

    [Fact]
    public void A_lost_segment_is_bridged_or_had_again()
    {
        var copy = _journal with { Segment = n => _folder[$"copy/{n:d6}.jsonl"] };
        WriteJournal(40, purged: [], new string('x', 1 << 20));
        Copies.CopyFolder(_folder["accounts/j"], _folder["copy"]);
        byte[] second = File.ReadAllBytes(_journal.Segment(2)), third = File.ReadAllBytes(_journal.Segment(3));
        File.Delete(_journal.Segment(2));
        using (var broken = JournalReader.From(_journal, JournalPosition.Start))
        {
            while (broken.TryRead(out _))
            {
            }

            Assert.Equal(JournalReaderState.Damaged, broken.State);
        }

        using var quarantine = new QuarantineFolder(_layout);
        Assert.True(new JournalSalvage(_journal, null, [], quarantine).Run(default).LostCount is > 10 and < 20);
        Assert.Equal(third, File.ReadAllBytes(_journal.Segment(3)));
        using (var bridged = JournalReader.From(_journal, JournalPosition.Start))
        {
            while (bridged.TryRead(out _))
            {
            }

            Assert.Equal((JournalReaderState.AtEnd, 41L), (bridged.State, bridged.NextTransaction));
        }

        File.Delete(_journal.Segment(2));
        var report = new JournalSalvage(_journal, null, [new JournalCopy(copy)], quarantine).Run(default);
        Assert.Equal(0, report.LostCount);
        Assert.Equal(second, File.ReadAllBytes(_journal.Segment(2)));
    }

    [Fact]
    public void A_bundle_gives_only_content_that_was_stored()
    {
        var contents = Enumerable.Range(0, 6).Select(i => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"content {i} ", 30 * i)))).ToList();
        using (var store = StoreWriter.Open(_layout))
        {
            contents.ForEach(c => store.Blobs.Store(Digest.Of(c), c));
            store.Commit();
        }

        byte[] valid = File.ReadAllBytes(_layout.Bundle(0));
        var stored = contents.Select(c => Digest.Of(c)).ToHashSet();
        Mutations.Run(2000, random =>
        {
            byte[] broken = Mutations.Mutate(random, valid);
            File.WriteAllBytes(_layout.Bundle(0), broken);
            long end = 0;
            BundleReader.Walk(_layout.Bundle(0), 0, 0, (digest, place, whole) =>
            {
                Assert.Equal(end, place.Offset);
                end += place.Length;
                Assert.True(!whole || stored.Contains(digest) || !BundleReader.IsIntact(_layout, digest, place), $"{digest} was never stored");
            });
            Assert.Equal(broken.Length, end);
        });
    }

    [Fact]
    public void Lines_and_small_files_are_read_or_refused()
    {
        var stat = new AccountStat
        {
            Name = "ann@example.com", NextItem = 9, Journal = new JournalPosition(1, 900, new string('A', 16), 12),
            Folders = [new FolderStat { Id = 1, Path = "INBOX", Kind = FolderKind.Mail, Attributes = new Dictionary<string, string> { ["a"] = "b" } }],
        };
        var entry = new ProvisioningTransaction(new(3), DateTimeOffset.UtcNow, ProvisioningKind.Account, Guid.NewGuid(), "ann@example.com", "x", false, new() { ["cn"] = ["Ann"] });
        var buffer = new ArrayBufferWriter<byte>();
        using var json = TransactionLine.CreateWriter(buffer);
        (byte[] Valid, Action<byte[]> Read)[] readers =
        [
            (AccountStatJson.Write(stat), b => AccountStatJson.Read(b)),
            (BackupStatJson.Write(new BackupStat { Created = DateTimeOffset.UtcNow }), b => BackupStatJson.Read(b)),
            (BackupMapJson.Write(new BackupMap { ServerId = Guid.NewGuid(), Host = "mx" }), b => BackupMapJson.Read(b)),
            (Configuration.NodeConfigurationJson.Write(new Configuration.NodeConfiguration { Notification = new() { To = ["a@b"] } }), b => Configuration.NodeConfigurationJson.Read(b)),
            (Encoding.UTF8.GetBytes(Lines(WriteJournal(2, []))[1]), b => TransactionLine.Read(b)),
            ([.. ProvisioningLine.Write(buffer, json, entry), (byte)'}'], b => ProvisioningLine.Read(b)),
        ];
        Mutations.Run(6000, random =>
        {
            var (valid, read) = readers[random.Next(readers.Length)];
            try
            {
                read(Mutations.Mutate(random, valid));
            }
            catch (JsonException)
            {
                // Whoever calls makes it one of ours.
            }
        });
        Prop.ForAll<string>(text =>
        {
            foreach (var (_, read) in readers)
            {
                try
                {
                    read(Encoding.UTF8.GetBytes(text ?? ""));
                }
                catch (JsonException)
                {
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_directory_is_read_or_refused()
    {
        byte[] valid = Encoding.UTF8.GetBytes(
            "version: 1\n\ndn: uid=ann,dc=example,dc=com\nobjectClass: inetOrgPerson\nmail: ann@example.com\ncn:: QW5u\ndescription: two\n words\n\n# c\ndn: cn=b\ncn: b\n");
        Mutations.Run(2500, random =>
        {
            try
            {
                foreach (var record in new LdifReader(new MemoryStream(Mutations.Mutate(random, valid)), "/srv/directory.ldif").Read())
                {
                    Assert.NotNull(record);
                }
            }
            catch (MailBackupException e)
            {
                Assert.Equal(ErrorIds.LdifInvalid, e.ErrorId);
            }
        });
    }

    private byte[] WriteJournal(int lines, int[] purged, string subject = "Subject")
    {
        if (Directory.Exists(_folder["accounts/j"]))
        {
            Directory.Delete(_folder["accounts/j"], recursive: true);
        }

        var buffer = new ArrayBufferWriter<byte>();
        using var json = TransactionLine.CreateWriter(buffer);
        var writer = JournalWriter.Open(_journal, null, _folder["cut"]);
        for (int i = 1; i <= lines; i++)
        {
            var state = new ItemState { Type = ItemType.Message, Folder = new ItemId(1), Subject = $"{subject} {i}", Digest = Digest.Of([(byte)i]), Size = i, Key = $"cur/{i}" };
            writer.Append(TransactionLine.Write(buffer, json, new Transaction(new ItemId(i), new TransactionId(i), DateTimeOffset.UnixEpoch.AddDays(i), state)));
        }

        writer.Save();
        if (purged.Length > 0)
        {
            SegmentRewriter.Rewrite(_journal, 1, DateTimeOffset.UnixEpoch.AddDays(100), line => purged.Contains((int)TransactionLine.Read(line).Id.Value));
        }

        return File.ReadAllBytes(_journal.Segment(1));
    }

    private static string Payload(string line) => line[..line.LastIndexOf(",\"check\":", StringComparison.Ordinal)];

    private List<string> Lines() => Lines(File.ReadAllBytes(_journal.Segment(1)));

    private static List<string> Lines(byte[] journal) => [.. Encoding.UTF8.GetString(journal).TrimEnd('\n').Split('\n')];
}
