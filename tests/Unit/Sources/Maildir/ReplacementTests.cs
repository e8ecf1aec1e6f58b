using MailBackup.Sources.Maildir.Posix;
using MailBackup.Sources.Maildir.Restoring;

namespace MailBackup.Tests.Sources.Maildir;

/// <summary>A file takes the place of one of the server's, or the server was faster and has everything as it left it.</summary>
public sealed class ReplacementTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("replacement-").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_takes_the_place(bool mayExchange)
    {
        Write("new", "right");
        Write("old", "wrong");

        // A second name that the file had before, as deduplication makes them, is no renaming.
        Assert.True(FileWrites.TryLink(_folder, "old", "kept"));
        Assert.True(Place(Status("old"), mayExchange));
        Assert.Equal(["kept: wrong", "old: right"], All());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_message_that_was_renamed_meanwhile_is_not_made_a_second_time(bool mayExchange)
    {
        Write("new", "right");
        Write("old", "wrong");
        var seen = Status("old");
        File.Move(Path.Combine(_folder, "old"), Path.Combine(_folder, "old:2,S"));
        Assert.False(Place(seen, mayExchange));
        Assert.Equal(["new: right", "old:2,S: wrong"], All());
    }

    [Fact]
    public void A_file_that_was_replaced_meanwhile_keeps_its_place()
    {
        Write("new", "right");
        Write("old", "wrong");
        var seen = Status("old");
        Write("newer", "edited");
        File.Move(Path.Combine(_folder, "newer"), Path.Combine(_folder, "old"), overwrite: true);
        Assert.False(Place(seen, mayExchange: true));
        Assert.Equal(["new: right", "old: edited"], All());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private bool Place(FileStatus seen, bool mayExchange) => Replacement.TryPlace(_folder, "new", "old", seen, mayExchange);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);

    private FileStatus Status(string name)
    {
        Assert.True(FileStatus.TryGet(_folder, name, out var status));
        return status;
    }

    private string[] All() =>
        [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal).Select(f => $"{Path.GetFileName(f)}: {File.ReadAllText(f)}")];
}
