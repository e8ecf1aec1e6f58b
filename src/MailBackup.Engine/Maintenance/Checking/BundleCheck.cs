using MailBackup.Model;
using MailBackup.Operations;
using MailBackup.Storage;

namespace MailBackup.Maintenance.Checking;

/// <summary>Walks one bundle member by member, proves the contents that this run reads, and lists all of them in the index.</summary>
internal sealed class BundleCheck(BackupLayout layout, CheckFindings findings, CheckIndex index, SampleWindow sample, bool onlyNamed)
{
    private const int Batch = 512;

    /// <param name="newest">True for the last bundle: what stands broken at its end is the trace of a crash.</param>
    public void Run(int bundle, bool newest, Action progress, CancellationToken stop)
    {
        string path = layout.Bundle(bundle);
        var members = new List<CheckedMember>(Batch);
        try
        {
            long length = new FileInfo(path).Length;
            BundleReader.Walk(path, bundle, 0, (digest, place, whole) =>
            {
                stop.ThrowIfCancellationRequested();
                if (!whole)
                {
                    TakeGap(path, place, newest && place.Offset + place.Length == length);
                }
                else
                {
                    members.Add(new(digest, place, Prove(digest, place)));
                }

                if (members.Count >= Batch)
                {
                    index.AddMembers(members);
                }

                progress();
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            index.NoteUnreadable(bundle);
            findings.Trouble(new ItemTrouble(ErrorIds.BlobUnreadable, null, null, path, $"It cannot be read: {e.Message}"));
        }

        index.AddMembers(members);
    }

    private MemberState Prove(Digest digest, BlobLocation place)
    {
        if ((onlyNamed && !index.IsNamed(digest)) || !sample.Has(digest))
        {
            findings.Count(1);
            return MemberState.NotRead;
        }

        findings.Count(1, place.Length);
        try
        {
            return BundleReader.Prove(layout, digest, place) ? MemberState.Proved : MemberState.Damaged;
        }
        catch (Exception e) when (e is MailBackupException or IOException or UnauthorizedAccessException)
        {
            index.NoteUnreadable(place.Bundle);
            return MemberState.Unreadable;
        }
    }

    private void TakeGap(string path, BlobLocation place, bool atEnd)
    {
        index.AddGap(place);
        if (atEnd)
        {
            findings.Warning($"{path} ends in {place.Length} bytes that are no whole blob, as a crash leaves them; the next scan cuts them off.");
        }
        else
        {
            findings.Gap($"{path} at byte {place.Offset}", place.Length);
        }
    }
}
