using System.Text;
using MailBackup.Storage;
using MailBackup.Tests.Support;

namespace MailBackup.Tests.Storage;

public sealed class JournalTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly JournalFile _file;

    public JournalTests() => _file = new JournalFile("test/journal", n => _folder[$"{n:d6}.jsonl"], Segmented: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_in_order()
    {
        Append(3);
        Append(2);
        Assert.Equal(["1", "2", "3", "4", "5"], ReadAll(out var reader));
        Assert.Equal(JournalReaderState.AtEnd, reader.State);
        Assert.Equal(6, reader.Position.NextTransaction);
    }

    /// <summary>A crash may cut the last write anywhere: every earlier line stays, and the next append goes on from there.</summary>
    [Fact]
    public void A_tail_torn_at_every_byte_is_cut_off()
    {
        Append(2);
        long whole = new FileInfo(_file.Segment(1)).Length;
        Append(1);
        var bytes = File.ReadAllBytes(_file.Segment(1));
        for (long length = whole; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_file.Segment(1), bytes[..(int)length]);
            Append(1);
            Assert.Equal(["1", "2", "3"], ReadAll(out var reader));
            Assert.Equal(JournalReaderState.AtEnd, reader.State);
            Assert.Equal(bytes.Length, new FileInfo(_file.Segment(1)).Length);
        }
    }

    [Fact]
    public void A_first_write_torn_at_every_byte_is_begun_anew()
    {
        Append(1);
        var bytes = File.ReadAllBytes(_file.Segment(1));
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_file.Segment(1), bytes[..length]);
            Append(1);
            Assert.Contains("1", ReadAll(out var reader));
            Assert.Equal(JournalReaderState.AtEnd, reader.State);
        }
    }

    /// <summary>What is cut off is kept where a person can look at it.</summary>
    [Fact]
    public void The_torn_piece_is_set_aside()
    {
        Append(1);
        File.AppendAllText(_file.Segment(1), "{\"item\":9,\"tx\":2");
        Append(1);
        Assert.Equal("{\"item\":9,\"tx\":2", File.ReadAllText(Assert.Single(Directory.GetFiles(_folder["cut"]))));
    }

    [Fact]
    public void An_altered_removed_or_exchanged_line_shows_at_every_place()
    {
        Append(6);
        var lines = File.ReadAllLines(_file.Segment(1));
        for (int i = 0; i < lines.Length - 2; i++)
        {
            var altered = lines.ToArray();
            altered[i] = altered[i].Replace("\"", "'", StringComparison.Ordinal);
            AssertDamaged(altered);
            AssertDamaged([.. lines[..i], .. lines[(i + 1)..]]);
            if (i < lines.Length - 3)
            {
                AssertDamaged([.. lines[..i], lines[i + 1], lines[i], .. lines[(i + 2)..]]);
            }
        }
    }

    [Fact]
    public void Damage_is_never_cut()
    {
        Append(5);
        var bytes = File.ReadAllBytes(_file.Segment(1));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(_file.Segment(1), bytes);
        var error = Assert.Throws<MailBackupException>(() => Append(1));
        Assert.Equal(ErrorIds.JournalDamaged, error.ErrorId);
        Assert.Equal(bytes, File.ReadAllBytes(_file.Segment(1)));
    }

    /// <summary>A crash leaves no whole last line that does not fit, but a flipped bit does.</summary>
    [Fact]
    public void An_altered_last_line_is_damage_and_never_cut()
    {
        Append(3);
        var bytes = File.ReadAllBytes(_file.Segment(1));
        int start = bytes.AsSpan(0, bytes.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int at = start; at < bytes.Length; at++)
        {
            var altered = bytes.ToArray();
            altered[at] ^= 1;
            File.WriteAllBytes(_file.Segment(1), altered);
            Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => Append(1)).ErrorId);
            Assert.Equal(altered, File.ReadAllBytes(_file.Segment(1)));
        }
    }

    /// <summary>What was reported is never the end of an unfinished batch, whatever it looks like.</summary>
    [Fact]
    public void A_torn_line_that_was_reported_is_damage_and_never_cut()
    {
        Append(3);
        var bytes = File.ReadAllBytes(_file.Segment(1));
        ReadAll(out var reader);
        var reported = reader.Position;
        File.WriteAllBytes(_file.Segment(1), bytes[..^5]);
        Assert.Equal(ErrorIds.JournalDamaged, Assert.Throws<MailBackupException>(() => JournalWriter.Open(_file, null, _folder["cut"], reported: reported)).ErrorId);
        Assert.Equal(bytes[..^5], File.ReadAllBytes(_file.Segment(1)));

        // What came behind it was not.
        File.WriteAllBytes(_file.Segment(1), [.. bytes, .. "{\"x\":1}\n"u8]);
        JournalWriter.Open(_file, null, _folder["cut"], reported: reported);
        Assert.Equal(bytes, File.ReadAllBytes(_file.Segment(1)));
    }

    [Fact]
    public void A_line_of_another_journal_does_not_fit()
    {
        Append(2);
        var other = _file with { Name = "other/journal" };
        using var reader = JournalReader.From(other, JournalPosition.Start);
        Assert.False(reader.TryRead(out _));
        Assert.Equal(JournalReaderState.Damaged, reader.State);
    }

    [Fact]
    public void A_segment_is_sealed_at_16_MiB_and_the_chain_goes_on()
    {
        var writer = JournalWriter.Open(_file, null, _folder["cut"]);
        var big = Encoding.ASCII.GetBytes($"{{\"x\":\"{new string('x', 1 << 20)}\"");
        for (int i = 0; i < 40; i++)
        {
            writer.Append(big);
        }

        writer.Save();
        Assert.True(File.Exists(_file.Segment(3)));
        Assert.InRange(new FileInfo(_file.Segment(1)).Length, JournalWriter.SealBytes, JournalWriter.SealBytes + (2 << 20));
        Assert.Equal(40, ReadAll(out var reader).Count);
        Assert.Equal(JournalReaderState.AtEnd, reader.State);

        File.Delete(_file.Segment(2));
        ReadAll(out reader);
        Assert.NotEqual(40, reader.Position.NextTransaction - 1);
    }

    [Fact]
    public void A_trusted_position_skips_what_is_before_it()
    {
        Append(3);
        ReadAll(out var reader);
        var position = reader.Position;
        Append(2);
        Assert.True(JournalReader.Matches(_file, position));
        using var rest = JournalReader.From(_file, position);
        Assert.True(rest.TryRead(out _));
        Assert.True(rest.TryRead(out _));
        Assert.False(rest.TryRead(out _));
        Assert.False(JournalReader.Matches(_file, position with { Check = new string('A', 16) }));
        Assert.False(JournalReader.Matches(_file, position with { Offset = position.Offset + 100_000 }));
    }

    [Fact]
    public void A_newer_format_is_refused()
    {
        Append(1);
        string text = File.ReadAllText(_file.Segment(1)).Replace("{\"format\":1", "{\"format\":9", StringComparison.Ordinal);

        // Its checksum would fit in a file that the newer version wrote.
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        byte[] previous = Encoding.ASCII.GetBytes(_file.Name);
        var sealedLines = new List<byte>();
        var check = new byte[LineChecksum.Length];
        foreach (string line in lines)
        {
            var payload = Encoding.UTF8.GetBytes(line[..line.LastIndexOf(",\"check\"", StringComparison.Ordinal)]);
            var buffer = new byte[payload.Length + LineChecksum.Overhead];
            payload.CopyTo(buffer, 0);
            LineChecksum.Seal(buffer, payload.Length, previous, check);
            previous = [.. check];
            sealedLines.AddRange(buffer);
        }

        File.WriteAllBytes(_file.Segment(1), [.. sealedLines]);
        Assert.Equal(ErrorIds.BackupPathFormatTooNew, Assert.Throws<MailBackupException>(() => ReadAll(out _)).ErrorId);
    }

    private void Append(int count)
    {
        var writer = JournalWriter.Open(_file, null, _folder["cut"]);
        for (int i = 0; i < count; i++)
        {
            writer.Append(Encoding.ASCII.GetBytes($"{{\"tx\":{writer.NextTransaction}"));
        }

        writer.Save();
    }

    private List<string> ReadAll(out JournalReader reader)
    {
        reader = JournalReader.From(_file, JournalPosition.Start);
        var transactions = new List<string>();
        while (reader.TryRead(out var line))
        {
            string text = Encoding.ASCII.GetString(line.Bytes.Span);
            transactions.Add(text.StartsWith("{\"tx\":", StringComparison.Ordinal) ? text.Split([':', ','])[1] : "x");
        }

        return transactions;
    }

    private void AssertDamaged(string[] lines)
    {
        File.WriteAllText(_file.Segment(1), string.Join('\n', lines) + "\n");
        ReadAll(out var reader);
        Assert.Equal(JournalReaderState.Damaged, reader.State);
    }
}
